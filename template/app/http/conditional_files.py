"""Files that are sent again only when they have changed (RFC 9110, section 13)."""

import re
from email.utils import parsedate_to_datetime
from typing import Any

from fastapi import Request, Response
from fastapi.responses import FileResponse

from app.http.files import documented_file
from app.http.openapi import Described

OF_THE_CONTENT = {
    "accept-ranges",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-length",
    "content-type",
}


def unless_known(request: Request, response: FileResponse) -> Response:
    """Return the response, or a 304 in its place when the client has this version already.

    A response in hand has its validators if it was given a `stat_result`.
    """
    if not _is_known(request, response):
        return response
    known = Response(status_code=304, background=response.background)
    kept = [pair for pair in response.raw_headers if _is_kept(pair[0].decode())]
    known.raw_headers.extend(kept)
    return known


def documented_conditional_file(
    *described: Described, media_type: str
) -> dict[int | str, dict[str, Any]]:
    """Return the `responses=` entries of an endpoint whose answer goes through `unless_known`."""
    entries = documented_file(*described, media_type=media_type)
    headers = {name: it for name, it in entries[200]["headers"].items() if _is_kept(name)}
    unchanged = "The client has this version already"
    return entries | {304: {"description": unchanged, "headers": headers}}


def _is_known(request: Request, response: FileResponse) -> bool:
    tags = ", ".join(request.headers.getlist("if-none-match"))
    if tags:  # then If-Modified-Since does not count
        current = response.headers["etag"].removeprefix("W/")
        return tags.strip() == "*" or current in re.findall(r'"[^"]*"', tags)
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
        return parsedate_to_datetime(response.headers["last-modified"]) <= since
    except (TypeError, ValueError):  # no date, or one without a time zone
        return False


def _is_kept(name: str) -> bool:
    return name.lower() not in OF_THE_CONTENT

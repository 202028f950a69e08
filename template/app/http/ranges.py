"""Files of which clients can ask for parts (RFC 9110, sections 13.1 and 14)."""

import os
import re

import anyio.to_thread
from fastapi import responses
from fastapi.responses import PlainTextResponse
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from app.http.conditional import entity_tags, http_date

BYTES = re.compile(r"bytes=(.*)", re.IGNORECASE)
PART = re.compile(r"(?P<first>[0-9]+)-(?P<last>[0-9]*)|-(?P<length>[0-9]+)")


class FileResponse(responses.FileResponse):
    """A file that answers Range, If-Match and If-Unmodified-Since as RFC 9110 says.

    A Range of another unit, or that cannot be read, is as good as none; of several parts those are
    sent that the file has. A file that is another one than the client knows is a 412. Starlette
    answers 400 and 416, and sends the file.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI 3.0)."""
        if self.stat_result is None:
            self.stat_result = await anyio.to_thread.run_sync(os.stat, self.path)
            self.set_stat_headers(self.stat_result)
        if _is_expected(Headers(scope=scope), self.headers):
            await super().__call__(_with_parts(scope, self.stat_result.st_size), receive, send)
        else:
            refusal = PlainTextResponse("The file is another one by now", 412)
            await refusal(scope, receive, send)


def _is_expected(request: Headers, file: Headers) -> bool:
    """Say whether the file is the one that the client has; a date does not count beside tags."""
    tags = ",".join(request.getlist("if-match"))
    if tags:
        return tags.strip() == "*" or file["etag"] in entity_tags(tags)
    known = http_date(request.get("if-unmodified-since", ""))
    modified = http_date(file["last-modified"])
    return known is None or modified is None or modified <= known


def _with_parts(scope: Scope, size: int) -> Scope:
    """Return the request with the parts that count, of a file of so many bytes."""
    asked = ",".join(Headers(scope=scope).getlist("range"))
    if not asked:
        return scope
    others = [header for header in scope["headers"] if header[0] != b"range"]
    parts = parts_of(asked, size)
    lines = [(b"range", f"bytes={','.join(parts)}".encode())] if parts else []
    return {**scope, "headers": [*others, *lines]}


def parts_of(asked: str, size: int) -> list[str]:
    """Return the parts of a file of `size` bytes that a Range field asks for.

    Without one that the file has, that is one which it has not; a field that cannot be read asks
    for none.
    """
    unit = BYTES.fullmatch(asked.strip())
    written = [one.strip() for one in unit[1].split(",")] if unit else []
    parts = []
    for one in filter(None, written):
        part = PART.fullmatch(one)
        if part is None:
            return []
        length, first = _number(part["length"]), _number(part["first"])
        start = max(size - length, 0) if length is not None else first or 0
        last = _number(part["last"])
        if last is not None and last < start:
            return []
        if start < size and length != 0:
            parts.append(f"{start}-{size - 1 if last is None else min(last, size - 1)}")
    return parts if parts or not any(written) else [f"{size}-"]


def _number(digits: str | None) -> int | None:
    """Return a number, of which no more counts than that it is larger than any file."""
    return int(f"0{digits}"[:19]) if digits else None

"""Conditional requests: tags and dates of an answer, and 304 while it has not changed.

RFC 9110, sections 8.8, 13.1 and 15.4.5.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Annotated, Any

from fastapi import Depends, Header, Response

from app.http.application import Answered
from app.http.bodiless import describes_content, documented_without_content
from app.http.openapi import Described, header


def entity_tag(version: str, *, weak: bool = False) -> str:
    """Return the tag for a version, in the quotes that belong to it.

    Raises `ValueError` for what cannot stand between the quotes.
    """
    if not re.fullmatch(r"[!#-~]+", version):
        raise ValueError(f"{version!r} is not a version of printable ASCII without spaces")
    return f'{"W/" if weak else ""}"{version}"'


def entity_tags(field: str) -> list[str]:
    """Return the tags that an If-Match or If-None-Match field lists."""
    return re.findall(r'(?:W/)?"[^"]*"', field)


def http_date(field: str) -> datetime | None:
    """Return the time that a field says, in any of the three forms, or None (section 5.6.7)."""
    try:
        moment = parsedate_to_datetime(field)
    except ValueError:
        return None
    if moment.tzinfo is None and "," not in field:  # the form of asctime names no time zone
        return moment.replace(tzinfo=UTC)
    return moment if moment.tzinfo else None


@dataclass(frozen=True, slots=True)
class EntityTag:
    """Puts the ETag of a version on a response.

    A `weak` tag stands for the same meaning, a strong one for the same bytes: it must not go
    through a middleware that compresses.
    """

    weak: bool

    def apply(self, response: Response, version: str) -> None:
        """Set the header, in place of any earlier value."""
        response.headers["ETag"] = entity_tag(version, weak=self.weak)

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the header."""
        return {"ETag": header("Changes with the answer; for conditional requests.")}


@dataclass(frozen=True, slots=True)
class LastModified:
    """Puts the time of the last change on a response."""

    def apply(self, response: Response, modified: datetime) -> None:
        """Set the header, in place of any earlier value; fractions of a second are dropped.

        Raises `ValueError` for a time without a time zone.
        """
        if modified.tzinfo is None:
            raise ValueError("the time of the last change needs a time zone")
        moment = format_datetime(modified.astimezone(UTC), usegmt=True)
        response.headers["Last-Modified"] = moment

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the header."""
        return {"Last-Modified": header("When the answer last changed; for conditional requests.")}


@dataclass(frozen=True, slots=True)
class RequestConditions:
    """What the client has already, as its request says."""

    if_none_match: str | None = None
    if_modified_since: str | None = None

    def end_if_unchanged(self, response: Response) -> None:
        """End the request with 304 when the client has what `response` would bring.

        The 304 keeps every header that is on `response` by now and does not describe content.
        """
        if self._met_by(response):
            return
        answer = Response(status_code=304)
        answer.raw_headers = [
            (name, value)
            for name, value in response.raw_headers
            if not describes_content(name.decode("latin-1"))
        ]
        raise Answered(answer)

    def _met_by(self, response: Response) -> bool:
        """Say whether the answer is to be sent; a date does not count beside tags."""
        if self.if_none_match is not None:
            tag = response.headers.get("etag", "").removeprefix("W/")
            known = [other.removeprefix("W/") for other in entity_tags(self.if_none_match)]
            return self.if_none_match.strip() != "*" and tag not in known
        if self.if_modified_since is None:
            return True
        since = http_date(self.if_modified_since)
        modified = http_date(response.headers.get("last-modified", ""))
        return since is None or modified is None or modified > since


async def request_conditions(
    if_none_match: Annotated[list[str] | None, Header()] = None,
    if_modified_since: Annotated[str | None, Header()] = None,
) -> RequestConditions:
    """Return the conditions of the request as a FastAPI dependency."""
    return RequestConditions(", ".join(if_none_match) if if_none_match else None, if_modified_since)


async def answer_if_changed(
    response: Response, conditions: Annotated[RequestConditions, Depends(request_conditions)]
) -> None:
    """End the request with 304 before the endpoint runs; the last of its dependencies."""
    conditions.end_if_unchanged(response)


def documented_unchanged(*described: Described) -> dict[int | str, dict[str, Any]]:
    """Return the `responses=` entry of the 304."""
    return documented_without_content(304, *described, description="Nothing has changed")

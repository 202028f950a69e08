"""Deprecation and Sunset: since when an endpoint is deprecated, and when it ends (RFC 9745)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from fastapi import Response

from app.http.openapi import header
from app.http.root_path import with_root_path


@dataclass(frozen=True, slots=True, kw_only=True)
class DeprecationNotice:
    """What clients of a deprecated endpoint are told: a dependency, or applied to a response.

    `link` is the page that explains it, `successor` the endpoint to use instead. Both times are
    in UTC; `ValueError` is raised for others, and for an end before the deprecation.
    """

    deprecation: datetime
    sunset: datetime
    link: str
    successor: str | None = None

    def __post_init__(self) -> None:
        if self.deprecation.tzinfo is not UTC or self.sunset.tzinfo is not UTC:
            raise ValueError("deprecation and sunset must be in UTC")
        if self.sunset < self.deprecation:
            raise ValueError("an endpoint cannot end before it is deprecated")

    async def __call__(self, response: Response) -> None:
        """Set the headers as a FastAPI dependency."""
        self.apply(response)

    def apply(self, response: Response) -> None:
        """Set the headers; other links are kept."""
        response.headers["Deprecation"] = f"@{int(self.deprecation.timestamp())}"
        response.headers["Sunset"] = format_datetime(self.sunset, usegmt=True)
        link = with_root_path(self.link)
        response.headers.append("Link", f'<{link}>; rel="deprecation"; type="text/html"')
        if self.successor is not None:
            successor = with_root_path(self.successor)
            response.headers.append("Link", f'<{successor}>; rel="successor-version"')

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the headers."""
        return {
            "Deprecation": header("Since when this is deprecated: `@` and seconds since 1970."),
            "Sunset": header("When this stops to answer, as an HTTP date."),
            "Link": header("Where to read about the deprecation, and what to use instead."),
        }

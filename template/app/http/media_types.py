"""Which formats a request's body may have (RFC 9110, sections 8.3 and 15.5.16)."""

import re
from dataclasses import dataclass
from typing import Any

from fastapi import HTTPException, Request

from app.http.openapi import HeaderDescription, documented_error

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class MediaTypeOnly:
    """A dependency that answers 415 to bodies of other media types than one.

    Left alone, FastAPI takes them for text, and complains with 422 that it is no object. A request
    without a body is its business: it has no format.

    Attributes:
        header: the header that says what is taken: Accept-Post (W3C LDP, section 7.1),
            Accept-Patch (RFC 5789, section 3.1), or Accept (RFC 9110, section 12.5.1).
        media_type: what is taken.
    """

    header: str
    media_type: str = JSON

    async def __call__(self, request: Request) -> None:
        """Refuse the request unless its body is of the media type."""
        if _has_body(request) and not self.takes(request.headers.get("content-type", "")):
            raise HTTPException(415, f"Send {self.media_type}", {self.header: self.media_type})

    def takes(self, content_type: str) -> bool:
        """Say whether this Content-Type is taken; its parameters do not matter."""
        return content_type.partition(";")[0].strip().lower() == self.media_type

    def refusal(self) -> dict[int | str, dict[str, Any]]:
        """Return the `responses=` entry of the refusal."""
        described = HeaderDescription(self.header, f"What is taken: `{self.media_type}`.")
        what = "JSON" if self.media_type == JSON else self.media_type
        return documented_error(415, f"The body is not {what}", described)


@dataclass(frozen=True, slots=True)
class JSONOnly(MediaTypeOnly):
    """A dependency that answers 415 to bodies in other formats than JSON.

    Attributes:
        variants: whether formats built on JSON, whose names end with `+json`, are taken too.
    """

    variants: bool = True

    def takes(self, content_type: str) -> bool:
        """Say whether this Content-Type is taken; its parameters do not matter."""
        media_type = content_type.partition(";")[0].strip().lower()
        variant = re.fullmatch(r"application/[!#$&^_.+a-z0-9-]+\+json", media_type)
        return media_type == JSON or (self.variants and variant is not None)


def _has_body(request: Request) -> bool:
    length = request.headers.get("content-length", "0")
    return length != "0" or "transfer-encoding" in request.headers

"""Images that browsers show and never run."""

from dataclasses import dataclass
from typing import Any

from fastapi import Response

from app.http.openapi import header

HEADERS = {
    # An SVG is a document: opened by itself, its scripts would run as this site's own.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class ImageHeaders:
    """What keeps an image an image: a dependency when called, or applied to a response in hand."""

    async def __call__(self, response: Response) -> None:
        """Set the headers as a FastAPI dependency."""
        self.apply(response)

    def apply(self, response: Response) -> None:
        """Set the headers, in place of any earlier values."""
        response.headers.update(HEADERS)

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the headers."""
        return {
            name: header("Nothing in the image is run.", type="string", const=value)
            for name, value in HEADERS.items()
        }

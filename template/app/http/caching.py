"""Cache-Control (RFC 9111, section 5.2)."""

from dataclasses import dataclass
from typing import Any

from fastapi import Response

from app.http.openapi import header


@dataclass(frozen=True, slots=True)
class CacheControl:
    """Who may store an answer and for how long, as Cache-Control directives."""

    directives: str

    async def __call__(self, response: Response) -> None:
        """Set the header as a FastAPI dependency."""
        self.apply(response)

    def apply(self, response: Response) -> None:
        """Set the header, in place of any earlier value."""
        response.headers["Cache-Control"] = self.directives

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the header."""
        return {"Cache-Control": header("Who may store this, and for how long.")}

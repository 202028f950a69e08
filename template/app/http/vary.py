"""Vary: which request headers an answer depends on (RFC 9110, section 12.5.5)."""

from dataclasses import dataclass
from typing import Any

from fastapi import Response

from app.http.openapi import header


@dataclass(frozen=True, slots=True)
class Vary:
    """The request headers that an answer depends on: a dependency, or applied to a response."""

    field_names: tuple[str, ...]

    async def __call__(self, response: Response) -> None:
        """Add to the header as a FastAPI dependency."""
        self.apply(response)

    def apply(self, response: Response) -> None:
        """Add the names to those that others have put there."""
        there = response.headers.get("vary", "").lower().split(", ")
        for name in self.field_names:
            if name.lower() not in there:
                response.headers.add_vary_header(name)

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the header."""
        return {"Vary": header("The request headers that this answer depends on.")}

"""Content-Security-Policy with a nonce: only what the page itself carries runs (CSP Level 3)."""

import secrets
from typing import Any

from fastapi import Response

from app.http.openapi import header

PLACEHOLDER = "'nonce'"


async def new_nonce() -> str:
    """Return 128 random bits for one answer, as a FastAPI dependency."""
    return secrets.token_urlsafe(16)


class ContentSecurityPolicy:
    """Which scripts and styles a page may use; `'nonce'` stands for those that carry the nonce.

    Raises `ValueError` for directives without it.
    """

    def __init__(self, *directives: str) -> None:
        self.directives = "; ".join(directives)
        if PLACEHOLDER not in self.directives:
            raise ValueError(f"no directive names {PLACEHOLDER}: {self.directives}")

    def apply(self, response: Response, nonce: str) -> None:
        """Set the header, in place of any earlier value.

        A page that a cache keeps would come with a nonce that others have seen.
        """
        policy = self.directives.replace(PLACEHOLDER, f"'nonce-{nonce}'")
        response.headers["Content-Security-Policy"] = policy
        response.headers["Cache-Control"] = "no-store"

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the headers."""
        policy = header("What the page may load and run; the nonce is new in every answer.")
        cache_control = header("Always `no-store`.", type="string", const="no-store")
        return {"Cache-Control": cache_control, "Content-Security-Policy": policy}

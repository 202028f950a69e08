"""Prefer: clients that do not need the content of an answer (RFC 7240)."""

import re
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Response
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.bodiless import describes_content, documented_without_content
from app.http.openapi import Described, header

MINIMAL = "return=minimal"


async def preferred_return(prefer: Annotated[list[str] | None, Header()] = None) -> str | None:
    """Return `return=minimal` or `return=representation`, whichever the request asks for first."""
    for preference in ",".join(prefer or []).split(","):
        found = re.fullmatch(
            r'\s*return\s*=\s*("?)(minimal|representation)\1\s*(;.*)?', preference, re.IGNORECASE
        )
        if found is not None:
            return f"return={found[2].lower()}"
    return None


@dataclass(frozen=True, slots=True)
class Prefer:
    """Applies what the request prefers: a dependency, or applied to a response.

    `PreferMiddleware` then leaves the content out, after the endpoint has done its work.
    """

    async def __call__(
        self, response: Response, preferred: Annotated[str | None, Depends(preferred_return)]
    ) -> None:
        """Set the headers as a FastAPI dependency."""
        self.apply(response, preferred)

    def apply(self, response: Response, preferred: str | None) -> None:
        """Say which preference was applied, and that the answer depends on it."""
        response.headers.add_vary_header("Prefer")
        if preferred is not None:
            response.headers["Preference-Applied"] = preferred

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the headers."""
        applied = "`return=minimal` or `return=representation`, when asked for."
        return {
            "Preference-Applied": header(applied, required=False),
            "Vary": header("The request headers that chose this answer."),
        }


class PreferMiddleware:
    """Turns an answer of 200 to which `return=minimal` was applied into 204, without content."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI 3.0)."""
        minimal = False

        async def send_minimal(message: Message) -> None:
            nonlocal minimal
            if message["type"] == "http.response.start" and message["status"] == 200:
                headers = Headers(raw=message["headers"])
                minimal = headers.get("preference-applied") == MINIMAL
                if minimal:
                    kept = [
                        (name, value)
                        for name, value in headers.raw
                        if not describes_content(name.decode("latin-1"))
                    ]
                    message = {**message, "status": 204, "headers": kept}
            elif message["type"] == "http.response.body" and minimal:
                message = {**message, "body": b""}
            await send(message)

        await self.app(scope, receive, send_minimal)


def documented_minimal(*described: Described) -> dict[int | str, dict[str, Any]]:
    """Return the `responses=` entry of the 204."""
    return documented_without_content(
        204, *described, description="Done; the client preferred no content"
    )

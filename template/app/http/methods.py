"""HEAD and OPTIONS for every resource, and an Allow header that names all of its methods.

RFC 9110, sections 9.3.2, 9.3.7, 10.2.1 and 15.5.6.
"""

import anyio
from fastapi import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.routing import METHODS, allowing_all, routed_methods


def allowed_methods(routed: list[str]) -> str:
    """Return the Allow header of a resource: its routes, and what the middleware adds."""
    added = {"OPTIONS", *(["HEAD"] if "GET" in routed else [])}
    return ", ".join(method for method in METHODS if method in added.union(routed))


class HeadAndOptions:
    """ASGI middleware that answers HEAD as GET without the content, and OPTIONS with Allow.

    A route that the application has for either goes first. A 405 names every method, not only
    those of the first route to the path. Middleware that changes the content stands inside of
    this one, so that HEAD has the headers that GET gets from it; CORS stands outside, and
    answers the OPTIONS requests that browsers send ahead.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI 3.0)."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        method = scope["method"]
        looked_up = {"HEAD": ("GET", "HEAD"), "OPTIONS": METHODS}.get(method, ())
        routed = routed_methods(scope, looked_up)
        if method == "HEAD" and routed == ["GET"]:
            await self._answer_head(scope, send)
        elif method == "OPTIONS" and "OPTIONS" not in routed and routed:
            answer = Response(status_code=204, headers={"Allow": allowed_methods(routed)})
            await answer(scope, receive, send)
        else:
            await self.app(scope, receive, allowing_all(scope, send, allowed_methods))

    async def _answer_head(self, scope: Scope, send: Send) -> None:
        """Answer as to GET, then leave: streams and files end when their client has gone."""
        asked = False
        answered = anyio.Event()

        async def receive_nothing() -> Message:
            nonlocal asked
            if asked:
                await answered.wait()
                return {"type": "http.disconnect"}
            asked = True
            return {"type": "http.request", "body": b""}

        async def send_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b""})
                answered.set()

        await self.app(as_get(scope), receive_nothing, send_headers)


def as_get(scope: Scope) -> Scope:
    """Return a GET request for the same, of which only the headers will be sent.

    A part of the content can be asked for with GET only (RFC 9110, section 14.2). Starlette does
    not watch for clients that leave when the server speaks version 2.4 of ASGI for HTTP or a newer
    one, so it is told of the version before.
    """
    return {
        **scope,
        "method": "GET",
        "headers": [(name, value) for name, value in scope["headers"] if name != b"range"],
        "asgi": {**scope.get("asgi", {}), "spec_version": "2.3"},
    }

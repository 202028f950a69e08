"""Sessions that live in one signed cookie: `request.session`, in every endpoint.

Nothing is stored on the server, so a session cannot be ended there before it is over: for
logins, sessions on the server are the better choice. Whoever holds the cookie can read it.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import Response
from fastapi.responses import PlainTextResponse
from starlette.datastructures import MutableHeaders
from starlette.middleware.sessions import Session
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.cookies import CookiePolicy
from app.http.openapi import header
from app.http.private_answers import PRIVATE, is_private, make_private
from app.http.signing import Signer

RENEWED_AFTER = 0.1
"""The part of its lifetime after which a session that is used gets a new cookie."""


class _RequestSession(Session):
    """A session that is not used any more when its answer has left for shared caches."""

    too_late = False

    def mark_accessed(self) -> None:
        if self.too_late:
            raise RuntimeError(
                "request.session is first used when its answer has begun, and shared caches may"
                " store that; it must be used before, in a dependency, or the answer be private"
            )
        super().mark_accessed()


class ClientSessions:
    """ASGI middleware that keeps `request.session` in a signed cookie.

    The session is a dict of what JSON can hold. Its cookie is sent when the session has changed, in
    the depth too, and when it is used after a tenth of its lifetime: it ends `max_age`
    seconds after its last use. The keys that sign it can be replaced. An emptied session
    deletes the cookie. What a request changes before it fails with a 500 is not kept, nor is
    what it changes after its answer has begun, or its WebSocket was accepted. A session that does
    not fit into a cookie, or that JSON cannot hold, is such a failure: a 500 in place of the
    answer.

    An answer whose request used the session, if only to read it, is kept out of shared caches,
    whatever its endpoint says. Whether a stream will use it is not known when its headers leave:
    one that says nothing is kept out as well, and in one that says `public` a first use is an
    error, which ends it.

    Raises `ValueError` without `max_age`, since a browser may keep its cookies for ever.
    """

    def __init__(self, app: ASGIApp, *, cookie: CookiePolicy) -> None:
        if cookie.max_age is None:
            raise ValueError(f"{cookie.name}: a session needs max_age")
        self.app = app
        self.cookie = cookie
        self.max_age = cookie.max_age
        self._signer = Signer(f"session {cookie.name}")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI 3.0)."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        data, signed_at = self._held(scope)
        before = json.dumps(data)
        session = scope["session"] = _RequestSession(data)

        async def send_with_cookie(message: Message) -> None:
            opens = message["type"] == "websocket.accept"
            if opens or message["type"].endswith("http.response.start"):
                headers = MutableHeaders(scope=message)
                fails = not opens and message["status"] >= 500
                try:
                    if not fails and self._is_due(session, before, signed_at):
                        headers.raw.append(self._line(session))
                except Exception:
                    # The error handler stands further inside, and takes its answer for sent.
                    if scope["type"] == "http":
                        await PlainTextResponse("Internal Server Error", 500)(scope, receive, send)
                    raise
                if not opens:
                    self._keep_out_of_caches(session, headers)
                    session.too_late = scope.get("method") == "GET" and not is_private(headers)
            await send(message)

        await self.app(scope, receive, send_with_cookie)

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the headers, which only requests that use their session get."""
        described = f"The session, in the cookie `{self.cookie.name}`."
        return {
            **self.cookie.described(described, required=False),
            "Cache-Control": header(f"`{PRIVATE}` when the session is used.", required=False),
            "Vary": header("Contains Cookie when the session was used.", required=False),
        }

    def _held(self, scope: Scope) -> tuple[dict[str, Any], datetime | None]:
        signed = HTTPConnection(scope).cookies.get(self.cookie.name)
        return (signed and self._signer.read(signed, self.max_age)) or ({}, None)

    def _keep_out_of_caches(self, session: Session, headers: MutableHeaders) -> None:
        if session.accessed:
            headers.add_vary_header("Cookie")
        if session.accessed or {"cache-control", "content-length"}.isdisjoint(headers):
            make_private(headers)

    def _is_due(self, session: Session, before: str, signed_at: datetime | None) -> bool:
        return json.dumps(session) != before or self._ages(session, signed_at)

    def _ages(self, session: Session, signed_at: datetime | None) -> bool:
        if signed_at is None or not session.accessed:
            return False
        renewed_after = timedelta(seconds=self.max_age * RENEWED_AFTER)
        return datetime.now(UTC) - signed_at > renewed_after

    def _line(self, session: Session) -> tuple[bytes, bytes]:
        response = Response()
        if session:
            self.cookie.set(response, self._signer.sign(session))
        else:
            self.cookie.delete(response)
        return response.raw_headers[-1]

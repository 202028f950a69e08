"""An id for every request: on its answer, and wherever the request is logged."""

import logging
import re
import uuid
from contextvars import ContextVar
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.openapi import header

VALID = re.compile(r"[A-Za-z0-9._-]{8,64}")

request_id: ContextVar[str] = ContextVar("request_id", default="-")
"""The id of the request that is being answered, in endpoints, dependencies and their threads."""


class RequestIds:
    """ASGI middleware that puts the request's X-Request-ID, or a new one, on the answer.

    An id that a client or proxy sends is kept only when it can neither break a log line nor
    fill the log. Listed first in `app/middleware.py`, it also reaches the answer to an
    unhandled error, and the ids are there when the error is logged. `request.state.request_id`
    holds it as well.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI 3.0)."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        sent = Headers(scope=scope).get("x-request-id", "")
        own = sent if VALID.fullmatch(sent) else uuid.uuid4().hex
        token = request_id.set(own)
        scope.setdefault("state", {})["request_id"] = own

        async def send_with_header(message: Message) -> None:
            if message["type"].endswith("http.response.start"):
                MutableHeaders(scope=message)["X-Request-ID"] = own
            await send(message)

        try:
            await self.app(scope, receive, send_with_header)
        finally:
            request_id.reset(token)

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the header."""
        return {"X-Request-ID": header("Names this request in the logs.")}


class RequestIdFilter(logging.Filter):
    """Gives log records their `request_id`, for formats such as `%(request_id)s %(message)s`."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the id, and let the record through."""
        record.request_id = request_id.get()
        return True

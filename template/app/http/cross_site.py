"""What requests that other sites cause must not do here (W3C Fetch Metadata, section 2.3)."""

import re
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.openapi import responses_in

CLEARS = "Clear-Site-Data"
DELETES = re.compile(rb"([^=]*)=.*;\s*max-age=0\s*(;.*)?", re.IGNORECASE)


class NothingDeletedForOthers:
    """ASGI middleware that keeps the pages of other sites from deleting what a browser has of this.

    They can send a form to a logout, without the visitor's cookies, which SameSite holds back, and
    the browser does what the answer says all the same. So, where it says that another site has
    caused the request, the answer deletes no cookie that did not come along, and clears no data.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI 3.0)."""
        if scope["type"] != "http" or not _is_cross_site(scope):
            await self.app(scope, receive, send)
            return
        sent = HTTPConnection(scope).cookies

        async def send_harmless(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                del headers[CLEARS]
                message["headers"] = [
                    (name, value)
                    for name, value in headers.raw
                    if name != b"set-cookie" or _deleted(value) in (None, *sent)
                ]
            await send(message)

        await self.app(scope, receive, send_harmless)

    def complete_openapi(self, document: dict[str, Any]) -> None:
        """Say that Clear-Site-Data, and a cookie beside it, is not always there."""
        for response in responses_in(document):
            headers = response.get("headers", {})
            if CLEARS in headers:
                for name in headers.keys() & {CLEARS, "Set-Cookie"}:
                    headers = {**headers, name: _optional(headers[name])}
                response["headers"] = headers


def _optional(header: dict[str, Any]) -> dict[str, Any]:
    schema = dict(header["schema"])
    if "anyOf" in schema:
        schema["anyOf"] = [{**one, "x-required": False} for one in schema["anyOf"]]
    return {**header, "required": False, "schema": schema}


def _is_cross_site(scope: Scope) -> bool:
    return (b"sec-fetch-site", b"cross-site") in scope["headers"]


def _deleted(line: bytes) -> str | None:
    """Return the name of the cookie that a Set-Cookie line deletes, if it does."""
    deletes = DELETES.fullmatch(line)
    return deletes[1].decode("latin-1") if deletes else None

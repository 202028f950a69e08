"""Requests for other hosts than this one (RFC 9110, sections 7.2 and 7.4)."""

import re
from typing import Annotated, Any

from fastapi.responses import PlainTextResponse
from pydantic import field_validator
from pydantic_settings import NoDecode
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.openapi import documented, operations
from app.settings import Settings

THIS_MACHINE = ("localhost", "127.0.0.1", "[::1]")
HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:[0-9]*)?")
MISDIRECTED = documented(421, media_type="text/plain", description="Another host is meant")[421]


class HostSettings(Settings):
    """The names of the service, without ports; `*.example.com` is every name below that one."""

    trusted_hosts: Annotated[tuple[str, ...], NoDecode] = THIS_MACHINE

    @field_validator("trusted_hosts", mode="before")
    @classmethod
    def _separate(cls, value: Any) -> Any:
        return (
            [one.strip().lower() for one in value.split(",")] if isinstance(value, str) else value
        )

    @field_validator("trusted_hosts")
    @classmethod
    def _refuse_others(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            host = HOST.fullmatch(name.removeprefix("*."))
            if host is None or host[2]:
                raise ValueError("a name is like api.example.com, without scheme, port and path")
        return names


class TrustedHosts:
    """ASGI middleware that answers 421 to a request for a host that `APP_TRUSTED_HOSTS` lacks.

    What is made of Host would lead where the client wants; and a page whose own name points to this
    service would be of the same site, for browsers and for WebSockets. Where a redirect names this
    host, as Starlette's for a slash too many does, it is left out.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI 3.0)."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        hosts = Headers(scope=scope).getlist("host")
        if len(hosts) != 1 or not is_trusted(hosts[0]):
            if scope["type"] == "http" or "websocket.http.response" in scope.get("extensions", {}):
                await PlainTextResponse("Another host is meant", 421)(scope, receive, send)
            else:
                await send({"type": "websocket.close"})
            return
        here = f"{scope['scheme']}://{hosts[0]}"

        async def send_without_host(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                path = headers.get("location", "").removeprefix(here)
                if path.startswith("/") and not path.startswith("//"):
                    headers["Location"] = path
            await send(message)

        await self.app(scope, receive, send_without_host)

    def complete_openapi(self, document: dict[str, Any]) -> None:
        """Describe the 421 of every operation."""
        for operation in operations(document):
            operation["responses"].setdefault("421", {**MISDIRECTED})


def is_trusted(host: str) -> bool:
    """Say whether a Host field names this service; its port is that of a proxy, or of nobody."""
    named = HOST.fullmatch(host.lower())
    name = named["name"].removesuffix(".") if named else ""
    return any(
        name.endswith(one[1:]) and name != one[1:] if one.startswith("*.") else name == one
        for one in HostSettings.current().trusted_hosts
    )

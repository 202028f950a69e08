"""Answers for one visitor, which shared caches must not hand to the next (RFC 9111, section 3).

A cache may store an answer that says nothing about it, and does so for a part of the time since its
Last-Modified, together with the cookies that stand on it (RFC 9111, sections 4.2.2 and 7.3).
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_flat_params
from fastapi.security.base import SecurityBase
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.openapi import header, operations

PRIVATE = "private, no-cache"
"""Only a visitor's own browser may store it, and asks each time: a logout is not overlooked."""

CREDENTIALS = {"authorization", "cookie"}
"""The request headers that say who asks."""


class PrivateAnswers:
    """ASGI middleware that gives answers for one visitor `Cache-Control: private, no-cache`.

    Those are all answers with a cookie, and all answers of an endpoint that reads a cookie or
    credentials, or may set a cookie: errors and the 304 as well. What FastAPI knows of an endpoint
    decides, that is its parameters, its security schemes and the documented Set-Cookie. An endpoint
    that asks for `private` or `no-store` itself gets what it asks for. What else it says, such as
    `public`, is replaced.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        # Routes compare by what they hold, so they are found by what they are, and kept for that.
        self._known: dict[int, tuple[Any, bool]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI 3.0)."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_private(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if "set-cookie" in headers or self._is_personal(scope):
                    make_private(headers)
            await send(message)

        await self.app(scope, receive, send_private)

    def complete_openapi(self, document: dict[str, Any]) -> None:
        """Describe the header on every answer of such an endpoint."""
        described = header(f"Who may store this; `{PRIVATE}` unless something stricter is said.")
        for operation in operations(document):
            if _is_documented_as_personal(operation):
                for response in operation["responses"].values():
                    own = response.get("headers", {})
                    response["headers"] = {"Cache-Control": described, **own}

    def _is_personal(self, scope: Scope) -> bool:
        """Say whether the endpoint that answers, if any, has to do with who asks."""
        # An included router leaves its routes as they are, and keeps what it adds to them here.
        included = scope.get("fastapi", {}).get("effective_route_context")
        route = included or scope.get("route")
        if id(route) not in self._known:
            self._known[id(route)] = route, is_personal(route)
        return self._known[id(route)][1]


def make_private(headers: MutableHeaders) -> None:
    """Let no shared cache store the answer, whatever its headers say.

    What is meant for certain caches only counts before Cache-Control there (RFC 9213).
    """
    for name in headers:
        if name.endswith("-cache-control") or name == "surrogate-control":
            headers[name] = "no-store"
    if not is_private(headers):
        kept = ", no-transform" if "no-transform" in _said(headers) else ""
        headers["Cache-Control"] = f"{PRIVATE}{kept}"


def is_private(headers: Headers) -> bool:
    """Say whether Cache-Control forbids shared caches to store any part of the answer."""
    return not _said(headers).isdisjoint(("private", "no-store"))


def _said(headers: Headers) -> frozenset[str]:
    return _directives(",".join(headers.getlist("cache-control")))


@lru_cache(maxsize=256)
def _directives(field: str) -> frozenset[str]:
    """Return the directives of Cache-Control as far as they have no argument."""
    directives = re.sub(r'"[^"]*"', "", field.lower()).split(",")
    return frozenset(directive.strip() for directive in directives)


def is_personal(route: Any) -> bool:
    """Say whether a route asks who its visitor is, or may set a cookie."""
    dependant: Dependant | None = getattr(route, "dependant", None)
    responses: dict[int | str, dict[str, Any]] = getattr(route, "responses", {})
    sets_cookie = any("Set-Cookie" in one.get("headers", {}) for one in responses.values())
    return sets_cookie or (dependant is not None and _asks_who(dependant))


def _asks_who(dependant: Dependant) -> bool:
    parts = list(_parts(dependant))
    names = {parameter.alias.lower() for parameter in get_flat_params(dependant)}
    return any(
        part.cookie_params or isinstance(part.call, SecurityBase) for part in parts
    ) or not names.isdisjoint(CREDENTIALS)


def _parts(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for one in dependant.dependencies:
        yield from _parts(one)


def _is_documented_as_personal(operation: dict[str, Any]) -> bool:
    return (
        "security" in operation
        or any("Set-Cookie" in one.get("headers", {}) for one in operation["responses"].values())
        or any(
            parameter["in"] == "cookie" or parameter["name"].lower() in CREDENTIALS
            for parameter in operation.get("parameters", [])
        )
    )

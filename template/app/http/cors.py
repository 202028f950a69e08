"""CORS: which other sites' scripts may call, and what they may read (Fetch standard)."""

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from app.http.openapi import header

# Scripts may read these without being told so, and may never read Set-Cookie.
SAFELISTED = frozenset(
    {
        "cache-control",
        "content-language",
        "content-length",
        "content-type",
        "expires",
        "last-modified",
        "pragma",
        "set-cookie",
        "vary",
    }
)


def exposed_headers(routers: Iterable[APIRouter], *others: str) -> list[str]:
    """Return the response headers that scripts can only read when exposed.

    They are those that endpoints document, also in routers that a router includes, and the
    `others` that middleware adds.
    """
    documented = {
        name
        for router in routers
        for route in iter_route_contexts(router.routes)
        if isinstance(route.original_route, APIRoute)
        for response in route.responses.values()
        for name in response.get("headers", {})
    }
    sent = documented.union(others)
    return sorted(name for name in sent if name.lower() not in SAFELISTED)


class CrossOrigin(CORSMiddleware):
    """Starlette's CORS middleware, able to describe the headers it adds.

    With `allow_credentials`, Starlette answers `*` by naming whichever site asks. That would let
    every site act with the visitor's cookies, so it raises `ValueError`. So does `*` in
    `expose_headers`, which browsers then take for the name of a header.
    """

    def __init__(self, app: ASGIApp, /, **options: Any) -> None:
        for name in ("allow_origins", "expose_headers"):
            if options.get("allow_credentials") and "*" in options.get(name, ()):
                raise ValueError(f'{name}: list them; "*" does not go with allow_credentials')
        super().__init__(app, **options)

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the headers, none of which every answer has."""
        names = {"Access-Control-Allow-Origin", "Vary", *self.simple_headers}
        return {
            name: header("Depends on the Origin of the request.", required=False)
            for name in sorted(names)
        }

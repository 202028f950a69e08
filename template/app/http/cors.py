"""CORS: which other sites' scripts may call, and what they may read (Fetch standard)."""

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.middleware.cors import CORSMiddleware

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

    They are those that endpoints document, and the `others` that middleware adds.
    """
    documented = {
        name
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute)
        for response in route.responses.values()
        for name in response.get("headers", {})
    }
    sent = documented.union(others)
    return sorted(name for name in sent if name.lower() not in SAFELISTED)


class CrossOrigin(CORSMiddleware):
    """Starlette's CORS middleware, able to describe the headers it adds."""

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the headers, none of which every answer has."""
        names = {"Access-Control-Allow-Origin", "Vary", *self.simple_headers}
        return {
            name: header("Depends on the Origin of the request.", required=False)
            for name in sorted(names)
        }

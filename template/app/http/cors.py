"""CORS: which other sites' scripts may call, and what they may read (Fetch standard)."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from fastapi.security import APIKeyHeader
from fastapi.security.base import SecurityBase
from pydantic import BaseModel
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

OTHERS = ("null", "https://other.invalid", "http://a.b.other.invalid:8000", "https://192.0.2.1")
"""Origins of nobody, which no pattern may match."""


def exposed_headers(routers: Iterable[APIRouter], *others: str) -> list[str]:
    """Return the response headers that scripts can only read when exposed.

    They are those that endpoints document, also in routers that a router includes, and the
    `others` that middleware adds.
    """
    documented = {
        name
        for route in _api_routes(routers)
        for response in route.responses.values()
        for name in response.get("headers", {})
    }
    sent = documented.union(others)
    return sorted(name for name in sent if name.lower() not in SAFELISTED)


def request_headers(routers: Iterable[APIRouter], *others: str) -> list[str]:
    """Return the request headers that scripts may send.

    They are those that endpoints and their dependencies read, also in routers that a router
    includes, and `others`.
    """
    read = {name.lower() for route in _api_routes(routers) for name in _read(route.dependant)}
    return [*others, *sorted(read - {name.lower() for name in others})]


def _api_routes(routers: Iterable[APIRouter]) -> Iterator[RouteContext]:
    for router in routers:
        for route in iter_route_contexts(router.routes):
            if isinstance(route.original_route, APIRoute):
                yield route


def _read(dependant: Dependant) -> Iterator[str]:
    for field in dependant.header_params:
        model = field.field_info.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            for name, one in model.model_fields.items():
                yield one.alias or name.replace("_", "-")
        else:
            yield field.alias
    scheme = dependant.call
    if isinstance(scheme, APIKeyHeader):
        yield scheme.model.name
    elif isinstance(scheme, SecurityBase) and scheme.model.type_.value != "apiKey":
        yield "Authorization"
    for needed in dependant.dependencies:
        yield from _read(needed)


class CrossOrigin(CORSMiddleware):
    """Starlette's CORS middleware, able to describe the headers it adds.

    With `allow_credentials`, Starlette answers `*` by naming whichever site asks. That would let
    every site act with the visitor's cookies, so it raises `ValueError`. So does `*` in
    `expose_headers`, which browsers then take for the name of a header, and an `allow_origin_regex`
    that matches any site; it has to match the whole of an origin. HEAD may be sent where GET may.
    """

    def __init__(self, app: ASGIApp, /, **options: Any) -> None:
        pattern = options.get("allow_origin_regex")
        if pattern is not None and any(re.fullmatch(pattern, one) for one in OTHERS):
            raise ValueError("allow_origin_regex: it matches any site")
        methods = options.get("allow_methods", ())
        if "GET" in methods and "HEAD" not in methods:
            options["allow_methods"] = [*methods, "HEAD"]
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

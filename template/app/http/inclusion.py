"""Generated endpoints in an application that is no `Application`, and stays what it is.

They get what `Application` would give them. What the application served before is not touched: its
answers have no other headers and no other errors, and its bodies no limit that they did not have.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.datastructures import DefaultPlaceholder
from fastapi.exception_handlers import (
    request_validation_exception_handler,
    websocket_request_validation_exception_handler,
)
from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from fastapi.routing import APIRoute
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from app.http.application import (
    MAX_BODY_SIZE,
    Answered,
    answer_early,
    complete,
    describe_streams,
    invalid_request,
    wrap,
)
from app.http.openapi import share_problems
from app.http.routing import Resource, in_turn, name_of, resources
from app.http.wrappers import INSIDE, OUTSIDE, ROUTERS, START

ANY_PATH = 16 * "/-"
"""A path that nothing takes but what takes every path."""

HANDLERS = "starlette.exception_handlers"

DEFAULTS: dict[type[Exception], Any] = {
    RequestValidationError: request_validation_exception_handler,
    WebSocketRequestValidationError: websocket_request_validation_exception_handler,
}
"""FastAPI's own handlers for what does not fit, which repeat what was sent."""

DEFAULT_VERSION = "3.1.0"
"""The version of OpenAPI of an application that asks for none."""


class ErrorsOfEndpoints:
    """ASGI middleware by which `Answered` ends a request, and a 422 does not repeat the input.

    An application that has a handler of its own for either keeps it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI 3.0)."""
        handlers, by_status = scope.get(HANDLERS, ({}, {}))
        known = {Answered: answer_early, **handlers}
        for error, default in DEFAULTS.items():
            if known.get(error) in (None, default):
                known[error] = invalid_request
        await self.app({**scope, HANDLERS: (known, by_status)}, receive, send)


class Wrapped(Resource):
    """A resource that has middleware of its own around it."""

    def __init__(self, beginning: str, **options: Any) -> None:
        super().__init__(beginning, **options)
        self.wrapped: ASGIApp = super().handle
        for one in reversed((*OUTSIDE, *INSIDE, Middleware(ErrorsOfEndpoints))):
            self.wrapped = one.cls(self.wrapped, *one.args, **one.kwargs)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for one of its routes."""
        await self.wrapped(scope, receive, send)


def include(
    app: FastAPI, routers: Iterable[APIRouter], *, outermost: Sequence[Middleware] = ()
) -> None:
    """Include the routers of all endpoints.

    Args:
        app: the application; what `include_router` takes from it, such as a login, is taken.
        routers: the routers.
        outermost: middleware around the whole application, listed from the outside.
    """
    routers = [*ROUTERS, *routers]
    lifespans = [one.lifespan_context for one in (app.router, *routers)]
    own_ids = app.router.generate_unique_id_function
    ids = name_of if isinstance(own_ids, DefaultPlaceholder) else own_ids
    limit = MAX_BODY_SIZE if app.max_body_size is None else app.max_body_size
    included = [*resources(routers, Wrapped, generate_unique_id_function=ids, max_body_size=limit)]
    for resource in included:
        app.include_router(resource)
    _move_forward(app.router.routes, len(included))
    app.router.lifespan_context = in_turn(lifespans)
    _wrap(app, (*START, *outermost))
    _describe(app, included, outermost)


def _move_forward(routes: list[BaseRoute], added: int) -> None:
    """Move the last routes before what takes every path, such as `mount("/")` of a frontend."""
    scope = {"type": "http", "method": "GET", "path": ANY_PATH, "root_path": "", "headers": []}
    own = len(routes) - added
    at = own
    while at > 0 and routes[at - 1].matches({**scope})[0] is not Match.NONE:
        at -= 1
    routes[at:] = [*routes[own:], *routes[at:own]]


def _wrap(app: FastAPI, outermost: Sequence[Middleware]) -> None:
    """Put middleware around all that the application has, its error handler included."""
    build = app.build_middleware_stack

    def build_wrapped() -> ASGIApp:
        wrapped = build()
        for one in reversed(outermost):
            wrapped = one.cls(wrapped, *one.args, **one.kwargs)
        return wrapped

    if outermost:
        app.build_middleware_stack = build_wrapped  # type: ignore[method-assign]


def _describe(app: FastAPI, included: Sequence[APIRouter], outermost: Sequence[Middleware]) -> None:
    """Complete what the OpenAPI document says of the endpoints, and leave the rest as it is."""
    describe = app.openapi
    endpoints = [*_operations(included)]
    completed: dict[str, Any] | None = None

    def describe_completely() -> dict[str, Any]:
        nonlocal completed
        document = describe()
        if document is completed:
            return document
        paths: dict[str, dict[str, Any]] = {}
        for path, method in endpoints:
            if method in document["paths"].get(path, {}):
                paths.setdefault(path, {})[method] = document["paths"][path][method]
        inner = [one.cls(app, *one.args, **one.kwargs) for one in (*OUTSIDE, *INSIDE)]
        with _only(paths, document):
            newer = document["openapi"] == DEFAULT_VERSION
            describe_streams(document, document["openapi"], may_be_newer=newer)
            complete(document, inner, limits_bodies=True)
        wrap(document, [one.cls(app, *one.args, **one.kwargs) for one in outermost])
        with _only(paths, document):
            share_problems(document)
        completed = document
        return document

    app.openapi = describe_completely  # type: ignore[method-assign]


@contextmanager
def _only(paths: dict[str, Any], document: dict[str, Any]) -> Iterator[None]:
    """Let a document have these paths alone."""
    everything, document["paths"] = document["paths"], paths
    yield
    document["paths"] = everything


def _operations(included: Iterable[APIRouter]) -> Iterator[tuple[str, str]]:
    """Yield the path and the method of each operation, as a document has them."""
    for resource in included:
        for route in resource.routes:
            if isinstance(route, APIRoute):
                yield from ((route.path_format, method.lower()) for method in route.methods or ())

"""How the routers of endpoints become part of an application, fast with a thousand of them too."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from itertools import groupby
from operator import itemgetter
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.datastructures import MutableHeaders
from starlette.routing import BaseRoute, Match
from starlette.types import Lifespan, Message, Scope, Send

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Resource(APIRouter):
    """Routes whose paths begin alike: a request for another path passes them all at once.

    FastAPI looks through the routes of an included router one by one, and through those of the
    router that matches a second time.
    """

    def __init__(self, beginning: str, **options: Any) -> None:
        super().__init__(**options)
        self.beginning = beginning

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Say which route answers a request; FastAPI asks every included router in turn."""
        # The path may begin with the prefix that a proxy has taken off (ASGI's `root_path`).
        if self.beginning not in scope["path"]:
            return Match.NONE, {}
        return super().matches(scope)


def name_of(route: APIRoute) -> str:
    """Return the id of an endpoint's operation: no two endpoints have the same name."""
    return route.name


def resources(
    routers: Iterable[APIRouter], kind: Callable[..., Resource] = Resource, **options: Any
) -> Iterator[Resource]:
    """Yield the routes of all routers, in their order; `options` are those of each resource."""
    routes = (
        (_beginning(route), router.form_limits, route)
        for router in routers
        for route in router.routes
    )
    for (beginning, form_limits), alike in groupby(routes, itemgetter(0, 1)):
        resource = kind(beginning, form_limits=form_limits, **options)
        resource.routes.extend(route for *_, route in alike)
        yield resource


def _beginning(route: BaseRoute) -> str:
    """Return what every path of a route has before its first parameter and its second slash."""
    path: str = getattr(route, "path", "")
    return "/".join(path.partition("{")[0].split("/")[:2])


def routed_methods(scope: Scope, methods: Sequence[str] = METHODS) -> list[str]:
    """Return those `methods` for which the application has a route to the request's path."""
    return [method for method in methods if _is_routed({**scope, "method": method})]


def _is_routed(scope: Scope) -> bool:
    return any(route.matches(scope)[0] is Match.FULL for route in scope["app"].routes)


def allowing_all(scope: Scope, send: Send, allow: Callable[[list[str]], str] = ", ".join) -> Send:
    """Return a `send` that names every method of the resource in the Allow header of a 405.

    RFC 9110, section 15.5.6; Starlette names those of the first route to the path. `allow` makes
    the header of the methods that are routed.
    """

    async def send_with_allow(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 405:
            headers, routed = MutableHeaders(scope=message), routed_methods(scope)
            if scope["method"] not in routed:
                named = headers.get("Allow", "").split(", ")
                headers["Allow"] = allow([one for one in METHODS if one in {*routed, *named}])
        await send(message)

    return send_with_allow


def in_turn(
    lifespans: Iterable[Callable[[Any], AbstractAsyncContextManager[Any]]],
) -> Lifespan[Any]:
    """Return a lifespan that begins one after the other, and ends them from the last to the first.

    `include_router` nests them, some hundred too deeply for Python. As there, what an earlier one
    puts into `request.state` counts more.
    """

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[Any]:
        async with AsyncExitStack() as begun:
            state: dict[str, Any] = {}
            for one in lifespans:
                state = {**(await begun.enter_async_context(one(app)) or {}), **state}
            yield state or None

    return lifespan

"""How the routers of endpoints become part of an application, fast with a thousand of them too."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from itertools import groupby
from operator import itemgetter
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match
from starlette.types import Lifespan, Scope


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


def resources(routers: Iterable[APIRouter], **options: Any) -> Iterator[Resource]:
    """Yield the routes of all routers, in their order; `options` are those of each resource."""
    routes = (
        (_beginning(route), router.form_limits, route)
        for router in routers
        for route in router.routes
    )
    for (beginning, form_limits), alike in groupby(routes, itemgetter(0, 1)):
        resource = Resource(beginning, form_limits=form_limits, **options)
        resource.routes.extend(route for *_, route in alike)
        yield resource


def _beginning(route: BaseRoute) -> str:
    """Return what every path of a route has before its first parameter and its second slash."""
    path: str = getattr(route, "path", "")
    return "/".join(path.partition("{")[0].split("/")[:2])


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

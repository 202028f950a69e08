"""No stream of this service reads from what is closed before its first row."""

from collections.abc import Iterable, Iterator
from inspect import isasyncgenfunction, isgeneratorfunction, unwrap
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from app.endpoints import routers


def test_no_stream_reads_from_what_is_closed() -> None:
    """As what has the scope `function` is before the first row: open it for each batch."""
    assert closed_early(route for router in routers for route in router.routes) == []


def closed_early(endpoints: Iterable[Any]) -> list[str]:
    """Return the paths of streams that depend on something with the scope `function`."""
    return [
        route.path
        for route in endpoints
        if isinstance(route, APIRoute)
        and is_generator(unwrap(route.endpoint))
        and "function" in scopes(route.dependant)
    ]


def is_generator(endpoint: Any) -> bool:
    """Say whether a function is one, asynchronous or not."""
    return isgeneratorfunction(endpoint) or isasyncgenfunction(endpoint)


def scopes(dependant: Dependant) -> Iterator[str | None]:
    """Yield the scopes of all that something depends on."""
    for one in dependant.dependencies:
        yield one.scope
        yield from scopes(one)

"""Access to the store behind a test's client."""

from collections.abc import Awaitable, Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from fastapi.testclient import TestClient

from app.http.state import Store

P = ParamSpec("P")
T = TypeVar("T")


def with_store(
    client: TestClient,
    function: Callable[Concatenate[Store, P], Awaitable[T]],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Call what needs the store, while the client's application runs, and return its result."""
    assert client.portal is not None, "the client must be used as a context manager"
    store: Any = client.app_state["store"]

    async def call() -> T:
        return await function(store, *args, **kwargs)

    return client.portal.call(call)

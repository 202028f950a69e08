"""`app.http.closed_streams`: what a stream has opened is closed at once."""

import gc
from collections.abc import AsyncIterable, Callable, Iterable, Iterator

import anyio
import anyio.lowlevel
import pytest
from fastapi.testclient import TestClient
from starlette.types import Message

from app.http.application import Application
from app.http.closed_streams import StreamingResponse
from tests.leaving import leave

app = Application()
events: list[str] = []


@app.get("/endless", response_class=StreamingResponse)
def endless() -> Iterable[bytes]:
    """Stream until somebody closes it."""
    try:
        while True:
            yield b"a"
    finally:
        events.append("closed")


async def endless_async() -> AsyncIterable[bytes]:
    """Stream in the same way, never waiting for anything itself."""
    try:
        while True:
            yield b"a"
    finally:
        events.append("closed")


@app.get("/short", response_class=StreamingResponse)
def short() -> Iterable[bytes]:
    """Stream to the end."""
    try:
        yield b"a"
    finally:
        events.append("closed")


@app.get("/list")
async def listed() -> StreamingResponse:
    """Stream what cannot be closed."""
    return StreamingResponse([b"a", b"b"])


@pytest.fixture(autouse=True)
def _uncollected() -> Iterator[None]:
    """Let Python close nothing by itself."""
    events.clear()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("specification", ["2.3", "2.4"])
def test_generator_is_closed_when_the_client_leaves(specification: str) -> None:
    """With each way in which servers tell it."""
    assert leave(app, "/endless", specification) >= 1
    assert events == ["closed"]


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("source", [endless, endless_async])
async def test_generator_is_closed_when_the_request_is_cancelled(
    source: Callable[[], Iterable[bytes] | AsyncIterable[bytes]],
) -> None:
    """As servers do when they wait no longer."""

    async def receive() -> Message:
        await anyio.sleep_forever()
        raise AssertionError

    with anyio.CancelScope() as scope:

        async def send(message: Message) -> None:
            if message["type"] == "http.response.body":
                scope.cancel()
                await anyio.lowlevel.checkpoint()

        await StreamingResponse(source())({"type": "http"}, receive, send)
    assert events == ["closed"]


def test_other_streams_end_as_before() -> None:
    """At their end, and once."""
    client = TestClient(app)
    assert (client.get("/short").text, events) == ("a", ["closed"])
    assert client.get("/list").text == "ab"

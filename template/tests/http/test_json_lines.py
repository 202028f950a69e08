"""`app.http.json_lines`: lines leave together, and soon; and what they come from is closed."""

import gc
import threading
import time
from collections.abc import AsyncIterable, Iterable, Iterator
from typing import Any

import anyio
import pytest
from fastapi import APIRouter, BackgroundTasks, Depends, Response
from fastapi.testclient import TestClient
from pydantic import BaseModel, Field
from starlette.types import Message

from app.http.application import Application
from app.http.json_lines import CHUNK_SIZE, JSONLinesResponse, JSONLinesRoute
from tests.leaving import leave

router = APIRouter(route_class=JSONLinesRoute)
events: list[str] = []


class Item(BaseModel):
    """What is sent."""

    number: int = Field(serialization_alias="no")
    note: str | None = None


class Row:
    """What has more than is sent."""

    number = 1
    note = "a"
    secret = "b"


async def prepare(response: Response, tasks: BackgroundTasks) -> None:
    """Set a header, and do something when all is sent."""
    response.headers["X-Short"] = "yes"
    tasks.add_task(events.append, "afterwards")


@router.get("/short", dependencies=[Depends(prepare)])
def short() -> Iterable[Item]:
    """Stream two items."""
    yield Item(number=1)
    yield Row()  # type: ignore[misc]


@router.get("/asynchronous", response_model_exclude_none=True, status_code=202)
async def asynchronous() -> AsyncIterable[Item]:
    """Stream one item."""
    yield Item(number=1)


@router.get("/untyped")
def untyped():  # type: ignore[no-untyped-def]
    """Stream something."""
    yield {"a": 1}


@router.get("/wrong")
def wrong() -> Iterable[Item]:
    """Stream an item, and then what is none."""
    yield Item(number=1)
    yield "wrong"  # type: ignore[misc]


@router.get("/whole")
def whole() -> Item:
    """Answer with one item, and stream nothing."""
    return Item(number=1)


@router.get("/endless")
def endless() -> Iterable[Item]:
    """Stream until somebody closes it."""
    try:
        while True:
            yield Item(number=1)
    finally:
        events.append("closed")


@router.get("/endless/asynchronous")
async def endless_asynchronous() -> AsyncIterable[Item]:
    """Stream until somebody closes it."""
    try:
        while True:
            yield Item(number=1)
    finally:
        events.append("closed")


app = Application()
app.include_endpoints([router])


@pytest.fixture(autouse=True)
def _uncollected() -> Iterator[None]:
    """Let Python close nothing by itself."""
    events.clear()
    gc.disable()
    yield
    gc.enable()


def test_lines() -> None:
    """As their type declares them, with what FastAPI sets besides."""
    response = TestClient(app).get("/short")
    assert response.text == '{"no":1,"note":null}\n{"no":1,"note":"a"}\n'
    assert response.headers["content-type"] == "application/jsonl"
    assert response.headers["x-short"] == "yes"
    assert events == ["afterwards"]


def test_options_of_the_route() -> None:
    """They hold for each line; a route of another kind is what it was."""
    client = TestClient(app)
    response = client.get("/asynchronous")
    assert (response.status_code, response.text) == (202, '{"no":1}\n')
    assert client.get("/untyped").text == '{"a":1}\n'
    assert client.get("/whole").json() == {"no": 1, "note": None}


@pytest.mark.parametrize(
    "option",
    [
        {"response_model_include": {"number"}},
        {"response_model_exclude": {"note"}},
        {"response_model_exclude_unset": True},
        {"response_model_exclude_defaults": True},
    ],
)
def test_what_is_left_out_of_each_line(option: dict[str, Any]) -> None:
    """As of a whole answer; and the endpoint gets what it asks for."""
    chosen = APIRouter(route_class=JSONLinesRoute)

    @chosen.get("/chosen/{number}", **option)
    def choose(number: int) -> Iterable[Item]:
        yield Item(number=number)

    one = Application()
    one.include_endpoints([chosen])
    assert TestClient(one).get("/chosen/7").text == '{"no":7}\n'


def test_lines_are_described() -> None:
    """By FastAPI."""
    content = app.openapi()["paths"]["/short"]["get"]["responses"]["200"]["content"]
    item = {"$ref": "#/components/schemas/Item"}
    assert content == {"application/jsonl": {"itemSchema": item}}


@pytest.mark.parametrize("path", ["/endless", "/endless/asynchronous"])
@pytest.mark.parametrize("specification", ["2.3", "2.4"])
def test_generator_is_closed_when_the_client_leaves(path: str, specification: str) -> None:
    """With each way in which servers tell it."""
    assert leave(app, path, specification) >= 1
    assert events == ["closed"]


class Client:
    """Something that is sent an answer, and keeps its chunks."""

    def __init__(self) -> None:
        self.chunks: list[bytes] = []
        self.last: Message = {}
        self.reads = anyio.Event()
        self.has_some, self.has_more = threading.Event(), anyio.Event()

    async def send(self, message: Message) -> None:
        """Take a message, as a server does: it waits while the client does not read."""
        await self.reads.wait()
        self.last = message
        if body := message.get("body"):
            self.chunks.append(body)
            self.has_some.set()
            self.has_more.set()
        await anyio.lowlevel.checkpoint()


def encode(item: Any) -> bytes:
    """Write an item that is a line already."""
    assert isinstance(item, bytes)
    return item


async def asynchronously(items: Iterable[Any]) -> AsyncIterable[Any]:
    """Yield the same."""
    for item in items:
        yield item


@pytest.mark.parametrize("is_asynchronous", [False, True])
def test_many_lines_leave_together(is_asynchronous: bool) -> None:
    """Each once and in its order, in chunks that are large, and no larger than needed."""
    lines = [b"%d\n" % number for number in range(100_000)]

    async def stream() -> Client:
        client = Client()
        client.reads.set()
        items = asynchronously(lines) if is_asynchronous else (line for line in lines)
        await JSONLinesResponse(items, encode, 200).stream_response(client.send)
        return client

    client = anyio.run(stream)
    assert b"".join(client.chunks) == b"".join(lines)
    assert client.last == {"type": "http.response.body", "body": b"", "more_body": False}
    assert max(map(len, client.chunks)) < CHUNK_SIZE + 10
    assert len(client.chunks) < 100


def test_a_line_does_not_wait_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does one of an asynchronous generator, for more than some milliseconds."""
    waits: list[float] = []

    def wait(seconds: float) -> anyio.CancelScope:
        waits.append(seconds)
        return anyio.move_on_after(seconds)

    monkeypatch.setattr("app.http.json_lines.move_on_after", wait)

    async def stream() -> None:
        client = Client()
        client.reads.set()

        def slowly() -> Iterable[bytes]:
            yield b"first\n"
            assert client.has_some.wait(10)
            assert client.chunks == [b"first\n"]
            time.sleep(0.3)
            yield b"second\n"

        await JSONLinesResponse(slowly(), encode, 200).stream_response(client.send)
        assert client.chunks.pop() == b"second\n"
        client.has_more = anyio.Event()

        async def slowly_too() -> AsyncIterable[bytes]:
            yield b"third\n"
            with anyio.fail_after(10):
                await client.has_more.wait()
            yield b"fourth\n"

        await JSONLinesResponse(slowly_too(), encode, 200).stream_response(client.send)
        assert client.chunks == [b"first\n", b"third\n", b"fourth\n"]

    anyio.run(stream)
    assert 0 < max(waits) <= 0.01
    assert len(waits) <= 8  # while nothing comes, nothing looks for it


@pytest.mark.parametrize("is_asynchronous", [False, True])
def test_nothing_is_written_for_a_client_that_does_not_read(is_asynchronous: bool) -> None:
    """But for a chunk that waits for it, and one that waits for that."""
    written = 0

    def endless_lines() -> Iterable[bytes]:
        nonlocal written
        while True:
            written += 1_000
            yield b"a" * 1_000

    async def stream() -> None:
        client = Client()
        items = asynchronously(endless_lines()) if is_asynchronous else endless_lines()
        response = JSONLinesResponse(items, encode, 200)

        async def begin() -> None:
            await response.stream_response(client.send)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(begin)
            await anyio.sleep(0.2)
            assert written == 0
            client.reads.set()
            await client.has_more.wait()
            client.reads = anyio.Event()
            await anyio.sleep(0.2)
            assert 0 < written - len(b"".join(client.chunks)) < 3 * CHUNK_SIZE
            tasks.cancel_scope.cancel()

    anyio.run(stream)


@pytest.mark.parametrize("lines", [[], [b"a\n"], [b"a" * CHUNK_SIZE] * 3])
def test_what_is_enough_or_last_waits_for_nothing(
    monkeypatch: pytest.MonkeyPatch, lines: list[bytes]
) -> None:
    """An answer ends with its last line."""
    monkeypatch.setattr("app.http.json_lines.DELAY", 60)

    async def stream() -> None:
        client = Client()
        client.reads.set()
        with anyio.fail_after(5):
            await JSONLinesResponse(lines, encode, 200).stream_response(client.send)
        assert client.chunks == lines

    anyio.run(stream)


def test_writing_ends_when_the_client_leaves() -> None:
    """Although there is not enough for a chunk yet."""
    written = 0

    def slowly() -> Iterable[bytes]:
        nonlocal written
        for _ in range(300):
            written += 1
            yield b"a"
            time.sleep(0.005)

    async def send(message: Message) -> None:
        if message.get("body"):
            raise OSError("nobody is there")

    with pytest.raises(OSError, match="nobody is there"):
        anyio.run(JSONLinesResponse(slowly(), encode, 200).stream_response, send)
    assert written < 150


def test_lines_in_front_of_a_mistake_are_sent() -> None:
    """The mistake is raised as it is, and the answer has no end."""
    messages: list[Message] = []

    async def receive() -> Message:
        await anyio.sleep_forever()
        raise AssertionError

    async def send(message: Message) -> None:
        messages.append(message)

    async def ask() -> None:
        scope = {"type": "http", "method": "GET", "path": "/wrong", "query_string": b""}
        with pytest.raises(ValueError, match="valid dictionary or object"):
            await app({**scope, "headers": [], "asgi": {"spec_version": "2.3"}}, receive, send)

    anyio.run(ask)
    assert [message.get("body") for message in messages] == [None, b'{"no":1,"note":null}\n']

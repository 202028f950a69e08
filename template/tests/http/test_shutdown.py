"""`app.http.shutdown`: event streams end at a signal, everything else goes on."""

import asyncio
import signal
import threading
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest
from anyio import CancelScope
from fastapi import BackgroundTasks, FastAPI
from fastapi.responses import StreamingResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.shutdown import EndAtShutdown

log: list[str] = []
inner = FastAPI()


async def endless(name: str) -> AsyncIterator[bytes]:
    """Yield once, then wait for what never comes."""
    try:
        yield b"begun"
        await asyncio.sleep(1_000)
    finally:
        log.append(f"{name} closed")


@inner.get("/events", response_class=EventSourceResponse)
async def events() -> AsyncIterable[ServerSentEvent]:
    """Stream events."""
    async for _ in endless("events"):
        yield ServerSentEvent(comment="begun")


@inner.get("/rows")
async def rows() -> StreamingResponse:
    """Stream something else."""
    return StreamingResponse(endless("rows"), media_type="text/csv")


@inner.get("/last", response_class=EventSourceResponse)
async def last(background: BackgroundTasks) -> AsyncIterable[ServerSentEvent]:
    """Stream one event, and go on working."""

    async def work() -> None:
        await asyncio.sleep(0.1)
        log.append("worked")

    background.add_task(work)
    yield ServerSentEvent(comment="begun")


class Client:
    """A request in a task of its own."""

    def __init__(self, app: EndAtShutdown, path: str) -> None:
        self.sent: list[Message] = []
        self.begun, self.ended, self.gone = asyncio.Event(), asyncio.Event(), asyncio.Event()
        scope: Scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "method": "GET",
            "path": path,
            "query_string": b"",
            "headers": [],
        }
        self.task = asyncio.create_task(app(scope, self.receive, self.send))

    async def receive(self) -> Message:
        """Wait until the client leaves."""
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Keep what the client gets; the answer has begun with its content, and may end."""
        self.sent.append(message)
        if message["type"] == "http.response.body":
            (self.begun if message.get("more_body") else self.ended).set()


class Lifespan:
    """The life of a service, as a server runs it."""

    def __init__(self, app: EndAtShutdown) -> None:
        self.app = app
        self.messages: asyncio.Queue[Message] = asyncio.Queue()
        self.answers: asyncio.Queue[Message] = asyncio.Queue()

    async def __aenter__(self) -> None:
        scope: Scope = {"type": "lifespan", "state": {}}
        self.task = asyncio.create_task(self.app(scope, self.messages.get, self.answers.put))
        await self._say("startup")

    async def __aexit__(self, *_: object) -> None:
        await self._say("shutdown")
        await self.task

    async def _say(self, what: str) -> None:
        await self.messages.put({"type": f"lifespan.{what}"})
        assert (await self.answers.get())["type"] == f"lifespan.{what}.complete"


@pytest.fixture(params=[signal.SIGTERM, signal.SIGINT])
def number(request: pytest.FixtureRequest) -> Iterator[signal.Signals]:
    """Return a signal whose handler is that of a server."""
    log.clear()
    before = signal.signal(request.param, lambda *_: log.append("server told"))
    yield request.param
    signal.signal(request.param, before)


Steps = Callable[[EndAtShutdown], Awaitable[Any]]


def live(steps: Steps, served: ASGIApp = inner) -> None:
    """Take the steps while the service lives."""

    async def whole() -> None:
        app = EndAtShutdown(served)
        async with Lifespan(app):
            await steps(app)

    asyncio.run(whole())


def test_event_streams_end(number: signal.Signals) -> None:
    """As complete ones, and what they have opened is closed; the server is told as ever."""

    async def steps(app: EndAtShutdown) -> None:
        clients = [Client(app, "/events") for _ in range(2)]
        for client in clients:
            await client.begun.wait()
        signal.raise_signal(number)
        for client in clients:
            await asyncio.wait_for(client.task, 5)
            assert client.ended.is_set()
            assert len([one for one in client.sent if not one.get("more_body")]) == 2
            assert client.sent[-1]["body"] == b""
        assert log == ["server told", "events closed", "events closed"]
        assert app.streams == set()

    live(steps)


def test_a_stream_ends_once(number: signal.Signals) -> None:
    """Also where the endpoint sends its last part before it can be cancelled."""

    async def stubborn(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await inner(scope, receive, send)
            return
        headers = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b": begun", "more_body": True})
        with CancelScope(shield=True):
            await asyncio.sleep(0.05)
            await send({"type": "http.response.body", "body": b""})
        await receive()

    async def steps(app: EndAtShutdown) -> None:
        client = Client(app, "/")
        await client.begun.wait()
        signal.raise_signal(number)
        await asyncio.wait_for(client.task, 5)
        assert len([one for one in client.sent if not one.get("more_body")]) == 2

    live(steps, stubborn)


def test_events_that_begin_later_end_too(number: signal.Signals) -> None:
    """A request may have come just before."""

    async def steps(app: EndAtShutdown) -> None:
        signal.raise_signal(number)
        await asyncio.sleep(0)
        client = Client(app, "/events")
        await asyncio.wait_for(client.task, 5)
        assert client.ended.is_set()

    live(steps)


def test_streams_go_on_while_nobody_stops_them(number: signal.Signals) -> None:
    """Where a server knows no lifespan, and where one begins anew after a stop."""

    async def streams(app: EndAtShutdown) -> None:
        client = Client(app, "/events")
        await client.begun.wait()
        assert len(app.streams) == 1
        assert not client.ended.is_set()
        client.gone.set()
        await client.task

    async def whole() -> None:
        app = EndAtShutdown(inner)
        await streams(app)
        async with Lifespan(app):
            signal.raise_signal(number)
            await asyncio.sleep(0)
        async with Lifespan(app):
            await streams(app)

    asyncio.run(whole())


def test_other_answers_go_on(number: signal.Signals) -> None:
    """Half a table looks like a whole one; the server cuts it off when its time is over."""

    async def steps(app: EndAtShutdown) -> None:
        client = Client(app, "/rows")
        await client.begun.wait()
        signal.raise_signal(number)
        await asyncio.sleep(0.1)
        assert (client.task.done(), client.ended.is_set()) == (False, False)
        client.gone.set()
        await client.task
        assert not client.ended.is_set()

    live(steps)


def test_work_after_a_stream_goes_on(number: signal.Signals) -> None:
    """It is no part of the stream any more."""

    async def steps(app: EndAtShutdown) -> None:
        client = Client(app, "/last")
        await client.ended.wait()
        signal.raise_signal(number)
        await client.task
        assert log == ["server told", "worked"]

    live(steps)


def test_a_client_that_leaves_is_gone(number: signal.Signals) -> None:
    """Its stream does not end a second time."""

    async def steps(app: EndAtShutdown) -> None:
        client = Client(app, "/events")
        await client.begun.wait()
        client.gone.set()
        await asyncio.wait_for(client.task, 5)
        assert not client.ended.is_set()
        assert app.streams == set()
        sent = len(client.sent)
        signal.raise_signal(number)
        await asyncio.sleep(0.05)
        assert len(client.sent) == sent

    live(steps)


def test_handlers_are_given_back(number: signal.Signals) -> None:
    """When the lifespan ends, unless somebody has put another one there."""
    servers = signal.getsignal(number)

    def other(*_: object) -> None:
        """Handle nothing."""

    async def nothing(_: EndAtShutdown) -> None:
        assert signal.getsignal(number) is not servers

    async def replaced(_: EndAtShutdown) -> None:
        signal.signal(number, other)

    live(nothing)
    assert signal.getsignal(number) is servers
    live(replaced)
    assert signal.getsignal(number) is other


def test_signals_that_no_server_handles_are_left_alone(number: signal.Signals) -> None:
    """They end the process, or are ignored, as they were."""
    signal.signal(number, signal.SIG_IGN)

    async def steps(_: EndAtShutdown) -> None:
        assert signal.getsignal(number) is signal.SIG_IGN

    live(steps)


def test_other_threads_handle_no_signals(number: signal.Signals) -> None:
    """Python does not let them; the service lives all the same."""
    servers = signal.getsignal(number)
    seen: list[Any] = []

    async def steps(_: EndAtShutdown) -> None:
        seen.append(signal.getsignal(number))

    thread = threading.Thread(target=live, args=[steps])
    thread.start()
    thread.join()
    assert seen == [servers]

"""Event streams that end when the service is told to stop.

Before a server ends the lifespan, it waits for the answers that it has begun, and an event stream
has no end: the service would be killed while it waits. ASGI says nothing of a stop until then.
"""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from types import FrameType

from anyio import CancelScope
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class EndAtShutdown:
    """ASGI middleware that ends open event streams when the process is told to stop.

    The endpoint is cancelled where it waits, so that what it has opened is closed, and the stream
    ends as one that is complete: browsers connect again, to the next process. Answers of other
    kinds are left alone, since their clients would take what has come for the whole.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.streams: set[CancelScope] = set()
        self._stopping = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, or the lifespan (ASGI 3.0)."""
        if scope["type"] == "http":
            await self._answer(scope, receive, send)
        elif scope["type"] == "lifespan":
            self._stopping = False
            with noticed_stop(self._end_all):
                await self.app(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        endless = CancelScope()

        async def send_noting(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_endless(message):
                self.streams.add(endless)
                if self._stopping:
                    endless.cancel()
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                self.streams.discard(endless)  # what follows is no part of the stream

        try:
            with endless:
                await self.app(scope, receive, send_noting)
            if endless in self.streams and endless.cancelled_caught:
                await send({"type": "http.response.body", "body": b""})
        finally:
            self.streams.discard(endless)

    def _end_all(self) -> None:
        self._stopping = True
        for stream in self.streams:
            stream.cancel()


def _is_endless(start: Message) -> bool:
    media_type = Headers(raw=start["headers"]).get("content-type", "")
    return media_type.partition(";")[0] == "text/event-stream"


@contextmanager
def noticed_stop(call: Callable[[], None]) -> Iterator[None]:
    """Call a function in the event loop when a signal tells the process to stop.

    The server's own handler runs as before. A signal that the server does not handle is left alone,
    and so are all of them in another thread than the main one, as in tests.
    """
    loop = asyncio.get_running_loop()
    with ExitStack() as restored:
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                restored.enter_context(_noticed(number, partial(loop.call_soon_threadsafe, call)))
        yield


@contextmanager
def _noticed(number: int, call: Callable[[], object]) -> Iterator[None]:
    handle = signal.getsignal(number)
    if not callable(handle):
        yield
        return

    def notice(number: int, frame: FrameType | None) -> None:
        call()
        handle(number, frame)

    signal.signal(number, notice)
    try:
        yield
    finally:
        # Whoever has set another handler meanwhile keeps it.
        if signal.getsignal(number) is notice:
            signal.signal(number, handle)

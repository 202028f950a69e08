"""JSON Lines, streamed: many lines leave together, and none waits long for others.

FastAPI sends each line by itself, and needs a pass of the event loop, or a thread, to ask for it.
"""

from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Callable, Coroutine, Iterable
from contextvars import ContextVar
from functools import partial, wraps
from typing import Any

from anyio import Event, create_task_group, from_thread, move_on_after, to_thread
from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from starlette.types import Send

from app.http.closed_streams import StreamingResponse

CHUNK_SIZE = 64 * 1024
"""How many bytes leave together, and how many wait for a client that reads slowly, at least."""

DELAY = 0.01
"""Seconds for which a line waits for others to leave with."""

_begun: ContextVar[Any] = ContextVar("begun")
"""The generator that the endpoint has made for the request of this task."""


class JSONLinesRoute(APIRoute):
    """The route of a generator, which FastAPI describes, and of which this module sends the items.

    It is for `APIRouter(route_class=JSONLinesRoute)`; other endpoints answer as ever.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        @wraps(endpoint)  # by which FastAPI still sees that it is a generator
        def begin(**values: Any) -> Any:
            items = endpoint(**values)
            _begun.set(items)
            return items

        super().__init__(path, begin, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        handle = super().get_route_handler()
        if not self.is_json_stream:
            return handle
        encode = self._encoder()

        async def answer(request: Request) -> Response:
            described = await handle(request)
            response = JSONLinesResponse(_begun.get(), encode, described.status_code)
            response.raw_headers = described.raw_headers
            response.background = described.background
            return response

        return answer

    def _encoder(self) -> Callable[[Any], bytes]:
        """Return a function that writes an item as its type declares it, in one line."""
        adapter = TypeAdapter(Any if self.stream_item_type is None else self.stream_item_type)
        checked = partial(adapter.validator.validate_python, from_attributes=True)
        written = partial(
            adapter.serializer.to_json,
            include=self.response_model_include,
            exclude=self.response_model_exclude,
            by_alias=self.response_model_by_alias,
            exclude_unset=self.response_model_exclude_unset,
            exclude_defaults=self.response_model_exclude_defaults,
            exclude_none=self.response_model_exclude_none,
        )
        return lambda item: written(checked(item)) + b"\n"


class JSONLinesResponse(StreamingResponse):
    """Items as lines. Those in front of one that fails are sent, and then the answer breaks off."""

    def __init__(
        self,
        items: Iterable[Any] | AsyncIterable[Any],
        encode: Callable[[Any], bytes],
        status_code: int,
    ) -> None:
        super().__init__(items, status_code)
        self._encode = encode

    async def stream_response(self, send: Send) -> None:
        """Send all lines; what an exception is raised for is raised when those before have left."""
        start = {"status": self.status_code, "headers": self.raw_headers}
        await send({"type": "http.response.start", **start})
        lines = _Lines(self._encode)
        error: Exception | None = None
        async with create_task_group() as tasks:
            tasks.start_soon(lines.write_all, self.source)
            try:
                async for chunk in lines.chunks():
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
            except Exception as raised:  # a group of tasks would raise a group of exceptions
                error = raised
            finally:
                lines.is_left = True
                tasks.cancel_scope.cancel()
        if error:
            raise error
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class _Lines:
    """Lines that were written and not sent yet.

    One task writes them, in a thread where the generator is no asynchronous one, and another sends
    them. It is woken by the first line, and again when there are enough.
    """

    def __init__(self, encode: Callable[[Any], bytes]) -> None:
        self.is_left = False
        self._encode = encode
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._some, self._enough, self._taken = Event(), Event(), Event()
        self._is_written = False
        self._error: Exception | None = None

    async def write_all(self, items: Iterable[Any] | AsyncIterable[Any]) -> None:
        """Write the items, no more than a chunk ahead of those that are sent."""
        try:
            if isinstance(items, AsyncIterable):
                async for item in items:
                    if self._write(item, self._some.set):
                        await self._until_taken()
            else:
                rest = iter(items)
                while await to_thread.run_sync(self._write_some, rest):
                    await self._until_taken()
        except Exception as error:
            self._error = error
        self._is_written = True
        self._some.set()
        self._enough.set()

    def _write_some(self, items: Iterable[Any]) -> bool:
        """Write items in this thread until there are enough; say whether there may be more."""
        wake = partial(from_thread.run_sync, lambda: self._some.set())
        return any(self._write(item, wake) or self.is_left for item in items)

    def _write(self, item: Any, wake: Callable[[], None]) -> bool:
        """Write one item; say whether there are enough now."""
        line = self._encode(item)
        self._waiting.append(line)
        self._size += len(line)
        if not self._some.is_set():
            wake()
        return self._size >= CHUNK_SIZE

    async def _until_taken(self) -> None:
        self._size = 0
        self._enough.set()
        if self._waiting:
            self._taken = Event()
            await self._taken.wait()

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield all lines, as many at a time as there are."""
        while not self._is_written or self._waiting:
            await self._some.wait()
            with move_on_after(DELAY):
                await self._enough.wait()
            # A line that comes from now on wakes this task again.
            self._some, self._enough = Event(), Event()
            chunk = b"".join(self._waiting.popleft() for _ in range(len(self._waiting)))
            self._taken.set()
            if chunk:
                yield chunk
        if self._error:
            raise self._error

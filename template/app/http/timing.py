"""Server-Timing (W3C Server Timing): how long the parts of an answer took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.openapi import header


@dataclass(slots=True)
class Timings:
    """What was measured during one request, in milliseconds by metric name."""

    started: float = field(default_factory=time.perf_counter)
    wanted: bool = False
    metrics: dict[str, float] = field(default_factory=dict)

    def mark(self, metric: str) -> None:
        """Record the time since the request came in as `metric`."""
        self.metrics[metric] = (time.perf_counter() - self.started) * 1000

    @contextmanager
    def measure(self, metric: str) -> Iterator[None]:
        """Add the time that the block takes to `metric`."""
        start = time.perf_counter()
        try:
            yield
        finally:
            elapsed = (time.perf_counter() - start) * 1000
            self.metrics[metric] = self.metrics.get(metric, 0.0) + elapsed

    def header(self) -> str:
        """Return the header's value: every metric, then the time since the request came in."""
        total = (time.perf_counter() - self.started) * 1000
        metrics = {**self.metrics, "total": total}
        return ", ".join(f"{name};dur={milliseconds:.1f}" for name, milliseconds in metrics.items())


@dataclass(frozen=True, slots=True)
class ServerTiming:
    """Asks for the header on an endpoint: a dependency that returns the request's `Timings`."""

    async def __call__(self, request: Request) -> Timings:
        """Ask for the header, and return what to measure with."""
        timings: Timings = request.state.timings
        timings.wanted = True
        return timings

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the header."""
        return {"Server-Timing": header("Milliseconds by metric; `total` up to the first byte.")}


class ServerTimingMiddleware:
    """Writes the header, when the answer starts, for endpoints that asked for it.

    Errors go without, as they do without all other headers that an endpoint sets.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI 3.0)."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        timings = Timings()
        scope.setdefault("state", {})["timings"] = timings

        async def send_with_header(message: Message) -> None:
            starts = message["type"] == "http.response.start"
            if starts and timings.wanted and message["status"] < 400:
                MutableHeaders(scope=message)["Server-Timing"] = timings.header()
            await send(message)

        await self.app(scope, receive, send_with_header)

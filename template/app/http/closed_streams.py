"""Streams whose source is closed with the answer, whoever has ended it."""

from collections.abc import AsyncIterable, Iterable, Mapping
from typing import Any

from anyio import CancelScope
from fastapi import responses
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send


class StreamingResponse(responses.StreamingResponse):
    """A stream that closes the generator which it is made from, with all that this has opened.

    When a client leaves, Starlette lets go of a generator where it is: a file or a connection that
    it holds stays open until Python happens to collect it.
    """

    def __init__(
        self,
        content: Iterable[Any] | AsyncIterable[Any],
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        background: BackgroundTask | None = None,
    ) -> None:
        super().__init__(content, status_code, headers, media_type, background)
        self.source = content

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI 3.0)."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            with CancelScope(shield=True):
                if hasattr(self.source, "aclose"):
                    await self.source.aclose()
                elif hasattr(self.source, "close"):
                    await run_in_threadpool(self.source.close)

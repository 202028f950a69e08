"""A client that leaves in the middle of an answer, which the test client cannot do."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import anyio
import anyio.lowlevel
from starlette.types import ASGIApp, Message, Scope


def leave(
    app: ASGIApp, path: str, specification: str, state: Mapping[str, Any] | None = None
) -> int:
    """Ask for `path`, leave after the first part of the body, and return how many bytes came.

    How an application learns of it depends on the version of the ASGI `specification` that its
    server follows: up to 2.3 by a message, later by an error when it sends. `state` is what the
    application has opened when it started.
    """
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": specification},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"testserver")],
        "state": dict(state or {}),
    }
    received = 0

    async def ask() -> None:
        gone = anyio.Event()

        async def receive() -> Message:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            nonlocal received
            received += len(message.get("body", b""))
            if received:
                gone.set()
                if specification != "2.3":
                    raise OSError("the client has left")
            # A server waits for the network here, and so lets others run.
            await anyio.lowlevel.checkpoint()

        with suppress(Exception):  # what a server would log
            await app(scope, receive, send)

    anyio.run(ask)
    return received

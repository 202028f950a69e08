"""What a stream reads from stays open until it has left, or its client has."""

from collections.abc import AsyncIterable, Iterable, Iterator
from typing import Annotated

import pytest
from fastapi import Depends
from fastapi.responses import StreamingResponse
from fastapi.sse import EventSourceResponse
from fastapi.testclient import TestClient

from app.http.application import Application
from tests.leaving import leave
from tests.test_streams import closed_early

events: list[str] = []


class Session:
    """Stands for one of a database: what has been closed gives no rows any more."""

    closed = False

    def row(self) -> int:
        """Return a row."""
        if self.closed:
            raise RuntimeError("the session is closed")
        events.append("row")
        return 1


def session() -> Iterator[Session]:
    """Yield a session, and close it, also when the answer breaks off."""
    opened = Session()
    try:
        yield opened
    finally:
        opened.closed = True
        events.append("closed")


Open = Annotated[Session, Depends(session)]
ClosedEarly = Annotated[Session, Depends(session, scope="function")]
app = Application()


@app.get("/bytes", response_class=StreamingResponse)
def stream_bytes(session: Open) -> Iterable[str]:
    """Stream without a model."""
    for _ in range(3):
        yield f"{session.row()}\n"


@app.get("/lines")
async def stream_lines(session: Open) -> AsyncIterable[int]:
    """Stream JSON Lines."""
    for _ in range(3):
        yield session.row()


@app.get("/events", response_class=EventSourceResponse)
async def stream_events(session: Open) -> AsyncIterable[int]:
    """Stream events."""
    for _ in range(3):
        yield session.row()


@app.get("/returned")
async def return_stream(session: Open) -> StreamingResponse:
    """Return a stream."""
    return StreamingResponse(f"{session.row()}\n" for _ in range(3))


@app.get("/early", response_class=StreamingResponse)
def stream_from_closed(session: ClosedEarly) -> Iterable[str]:
    """Stream from what is closed before the first row."""
    yield f"{session.row()}\n"


@pytest.fixture(autouse=True)
def _no_events() -> None:
    """Begin anew."""
    events.clear()


@pytest.mark.parametrize("path", ["/bytes", "/lines", "/events", "/returned"])
def test_session_is_open_while_rows_leave(path: str) -> None:
    """In each way to stream; then it is closed."""
    response = TestClient(app).get(path)
    assert response.text.count("1\n") == 3
    assert events == ["row", "row", "row", "closed"]


@pytest.mark.parametrize("specification", ["2.3", "2.4"])
@pytest.mark.parametrize("path", ["/bytes", "/lines", "/events", "/returned"])
def test_session_is_closed_when_the_client_leaves(path: str, specification: str) -> None:
    """After the first row, nobody reads the others for nothing."""
    assert leave(app, path, specification) > 0
    assert events.count("closed") == 1
    assert events[-1] == "closed"


def test_scope_of_the_function_is_too_short() -> None:
    """Such a session is closed before the first row."""
    with pytest.raises(RuntimeError, match="the session is closed"):
        TestClient(app).get("/early")


def test_stream_from_what_is_closed_is_found() -> None:
    """By what the tests of a project look for in its endpoints."""
    assert closed_early(app.routes) == ["/early"]

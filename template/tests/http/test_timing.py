"""`app.http.timing`: on the wire and in the document."""

import re
import time
from types import SimpleNamespace
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, HTTPException, WebSocket
from fastapi.testclient import TestClient

from app.http.timing import ServerTiming, ServerTimingMiddleware, Timings

server_timing = ServerTiming()
Measured = Annotated[Timings, Depends(server_timing)]
app = FastAPI()
app.add_middleware(ServerTimingMiddleware)


@app.get("/measured")
async def measured(timings: Measured) -> None:
    """Measure two parts, one of them twice."""
    for metric in ("db", "render", "db"):
        with timings.measure(metric):
            time.sleep(0.02)  # noqa: ASYNC251


@app.get("/failing")
async def failing(timings: Measured, status: int) -> None:
    """Fail after the header was asked for."""
    with timings.measure("db"):
        raise HTTPException(status)


@app.get("/other")
async def other() -> None:
    """Do not ask for the header."""


def test_metrics_are_sent_in_milliseconds() -> None:
    """A metric adds up; `total` is the whole request."""
    header = TestClient(app).get("/measured").headers["server-timing"]
    found = re.fullmatch(r"db;dur=(\d+\.\d), render;dur=(\d+\.\d), total;dur=(\d+\.\d)", header)
    assert found is not None
    db, render, total = map(float, found.groups())
    assert 40 <= db < 10_000
    assert 20 <= render < 10_000
    assert 60 <= total < 10_000


def test_milliseconds_are_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is measured adds up; the last mark counts."""
    clock = iter([100.0, 100.5, 101.0, 101.25, 103.0, 104.0, 110.0])
    monkeypatch.setattr("app.http.timing.time", SimpleNamespace(perf_counter=clock.__next__))
    timings = Timings(started=99.0)
    with timings.measure("db"):
        pass
    with timings.measure("db"):
        pass
    timings.mark("ready")
    timings.mark("ready")
    assert timings.header() == "db;dur=750.0, ready;dur=5000.0, total;dur=11000.0"


def test_header_is_not_sent_unasked() -> None:
    """Timings tell attackers something: only endpoints that ask for the header have it."""
    assert "server-timing" not in TestClient(app).get("/other").headers


@pytest.mark.parametrize("status", [400, 404, 503])
def test_errors_have_no_header(status: int) -> None:
    """As with every other header that an endpoint sets."""
    response = TestClient(app).get("/failing", params={"status": status})
    assert response.status_code == status
    assert "server-timing" not in response.headers


def test_invalid_requests_have_no_header() -> None:
    """The dependency has already run when the rest of the request turns out to be invalid."""
    response = TestClient(app).get("/failing", params={"status": "x"})
    assert response.status_code == 422
    assert "server-timing" not in response.headers


def test_websockets_pass() -> None:
    """They have no response headers to add to."""
    sockets = FastAPI()
    sockets.add_middleware(ServerTimingMiddleware)

    @sockets.websocket("/socket")
    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text("hello")

    with TestClient(sockets).websocket_connect("/socket") as connection:
        assert connection.receive_text() == "hello"


def test_header_is_described() -> None:
    """Every answer that the endpoint gives has it."""
    assert server_timing.openapi_headers() == {
        "Server-Timing": {
            "description": "Milliseconds by metric; `total` up to the first byte.",
            "required": True,
            "schema": {"type": "string"},
        }
    }

"""`app.http.request_ids`: on the wire, in the code that answers, in the log, in the document."""

import asyncio
import logging
import re
from contextlib import suppress
from unittest.mock import AsyncMock

import pytest
from fastapi import FastAPI, HTTPException, Request, Response, WebSocket
from fastapi.testclient import TestClient
from starlette.background import BackgroundTask
from starlette.middleware import Middleware

from app.http.application import Application
from app.http.request_ids import RequestIdFilter, RequestIds, request_id
from tests.wire import handshake

later: list[str] = []
app = Application(outermost=[Middleware(RequestIds)])


@app.get("/async")
async def read_async() -> str:
    """Return the id as an endpoint sees it."""
    return request_id.get()


@app.get("/thread")
def read_in_thread() -> str:
    """Return the id as a worker thread sees it."""
    return request_id.get()


@app.get("/state")
async def read_state(request: Request) -> object:
    """Return the id as whoever has the request sees it."""
    return request.state.request_id


@app.get("/background")
async def background() -> Response:
    """Note the id after the answer."""
    return Response(
        headers={"X-Request-ID": "of-the-endpoint"},
        background=BackgroundTask(lambda: later.append(request_id.get())),
    )


@app.get("/failing")
async def failing() -> None:
    """Fail."""
    raise RuntimeError


@app.websocket("/socket")
async def socket(websocket: WebSocket) -> None:
    """Send the id."""
    await websocket.accept()
    await websocket.send_text(request_id.get())


@app.websocket("/refused")
async def refused(websocket: WebSocket) -> None:
    """Let nobody in."""
    raise HTTPException(403, "Not you")


client = TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize("own", ["abc-1234", "a.b_c-D9", "x" * 64])
@pytest.mark.parametrize("path", ["/async", "/thread", "/state"])
def test_sent_id_is_kept(path: str, own: str) -> None:
    """In the answer, and in the code that makes it."""
    response = client.get(path, headers={"x-request-id": own})
    assert response.json() == own
    assert response.headers.get_list("x-request-id") == [own]


@pytest.mark.parametrize("other", ["", "seven77", "x" * 65, "a b c d e", "abcdefg\xe9", "id;12345"])
def test_other_ids_are_replaced(other: str) -> None:
    """What could break or fill the log."""
    response = client.get("/async", headers=[(b"x-request-id", other.encode("latin-1"))])
    assert re.fullmatch(r"[0-9a-f]{32}", response.json())
    assert response.headers["x-request-id"] == response.json()


def test_each_request_has_its_own() -> None:
    """When it brings none."""
    assert client.get("/async").json() != client.get("/async").json()


@pytest.mark.parametrize(("path", "status"), [("/missing", 404), ("/failing", 500)])
def test_errors_have_one(path: str, status: int) -> None:
    """The answer to an unhandled error included."""
    response = client.get(path, headers={"x-request-id": "client-0001"})
    assert (response.status_code, response.headers["x-request-id"]) == (status, "client-0001")


def test_background_tasks_see_it() -> None:
    """They run after the answer; its header is sent once, whoever set it before."""
    response = client.get("/background", headers={"x-request-id": "client-0001"})
    assert later == ["client-0001"]
    assert response.headers.get_list("x-request-id") == ["client-0001"]


def test_websockets_have_one() -> None:
    """For their log lines, and on the answer to who is refused."""
    headers = {"x-request-id": "client-0001"}
    with client.websocket_connect("/socket", headers=headers) as connection:
        assert connection.receive_text() == "client-0001"
    answer = handshake(TestClient(app, headers=headers), "/refused")
    assert answer.headers["x-request-id"] == "client-0001"


def test_lifespan_passes() -> None:
    """It has neither headers nor an id."""
    seen: list[str] = []
    inner = FastAPI(on_startup=[lambda: seen.append(request_id.get())])
    with TestClient(RequestIds(inner)):
        assert seen == ["-"]


@pytest.mark.parametrize("fails", [False, True])
def test_id_ends_with_the_request(fails: bool) -> None:
    """Whatever becomes of the request."""

    async def answer(*_: object) -> None:
        if fails:
            raise RuntimeError

    async def serve() -> str:
        scope = {"type": "http", "headers": [(b"x-request-id", b"client-0001")]}
        with suppress(RuntimeError):
            await RequestIds(answer)(scope, AsyncMock(), AsyncMock())
        return request_id.get()

    assert asyncio.run(serve()) == "-"


def test_log_records_have_it() -> None:
    """Outside a request, too."""
    record = logging.LogRecord("app", logging.INFO, "x.py", 1, "hello", None, None)
    assert RequestIdFilter().filter(record) is True
    line = logging.Formatter("%(request_id)s %(message)s").format(record)
    assert line == "- hello"
    token = request_id.set("client-0001")
    RequestIdFilter().filter(record)
    request_id.reset(token)
    assert logging.Formatter("%(request_id)s").format(record) == "client-0001"


def test_header_is_described() -> None:
    """Every answer has it."""
    assert RequestIds(app).openapi_headers() == {
        "X-Request-ID": {
            "description": "Names this request in the logs.",
            "required": True,
            "schema": {"type": "string"},
        }
    }

"""`app.http.methods`: HEAD and OPTIONS, and what a 405 says."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import APIRouter, BackgroundTasks, FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import FileResponse, StreamingResponse
from fastapi.testclient import TestClient
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import Message
from starlette.websockets import WebSocket

from app.http.application import Application
from app.http.methods import HeadAndOptions, as_get

ORIGIN = "https://app.example.com"
router = APIRouter()
log: list[str] = []


@router.get("/items/{item_id}", status_code=203)
async def get_item(item_id: int, response: Response, tasks: BackgroundTasks) -> list[int]:
    """Answer with headers, and do something afterwards."""
    response.headers["ETag"] = '"1"'
    response.headers["Cache-Control"] = "private"
    response.set_cookie("seen", "1")
    tasks.add_task(log.append, "task")
    return [item_id]


@router.put("/items/{item_id}")
@router.patch("/items/{item_id}")
@router.delete("/items/{item_id}")
async def change_item(item_id: int) -> None:
    """Have other methods on the same path."""


@router.post("/items")
async def create_item() -> None:
    """Have no GET beside it."""


@router.get("/own")
async def get_own() -> str:
    """Have a HEAD and an OPTIONS of its own."""
    return "GET"


@router.api_route("/own", methods=["HEAD", "OPTIONS"], include_in_schema=False)
async def own() -> Response:
    """Answer HEAD and OPTIONS in another way."""
    return Response(headers={"Own": "yes"})


@router.get("/long")
async def long() -> StreamingResponse:
    """Stream for a while."""

    async def lines() -> AsyncIterator[str]:
        try:
            for _ in range(1000):
                yield "line\n"
                await asyncio.sleep(0)
            log.append("sent")
        finally:
            log.append("closed")

    return StreamingResponse(lines(), media_type="text/plain")


@router.get("/file")
async def file() -> FileResponse:
    """Send a file."""
    return FileResponse("file.txt")


@router.get("/repetitive")
async def repetitive() -> str:
    """Have an answer that is worth compressing."""
    return "a" * 10_000


def connect() -> TestClient:
    """Return a client of an application with CORS around, and compression inside."""
    app = Application()
    app.include_router(router, prefix="/v1")
    app.mount("/static", StaticFiles(directory="."))
    app.add_middleware(GZipMiddleware)
    app.add_middleware(HeadAndOptions)
    app.add_middleware(CORSMiddleware, allow_origins=[ORIGIN], allow_methods=["DELETE"])
    return TestClient(app)


@pytest.mark.parametrize("path", ["/v1/items/1", "/v1/repetitive", "/v1/items/x", "/openapi.json"])
def test_head_has_the_headers_of_get(path: str) -> None:
    """With the same values, cookies and the length of the content included."""
    client = connect()
    head, get = client.head(path), client.get(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers.multi_items() == get.headers.multi_items()


def test_head_does_what_get_does() -> None:
    """Afterwards too."""
    log.clear()
    assert connect().head("/v1/items/1").headers["set-cookie"].startswith("seen=1")
    assert log == ["task"]


def test_head_ends_a_stream() -> None:
    """After its headers, and frees what the stream holds."""
    log.clear()
    response = connect().head("/v1/long")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert log == ["closed"]


def test_head_is_whole() -> None:
    """It asks for GET without a body, and ends at once, as servers count on it."""
    sent = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        raise AssertionError("nothing of the request is read")

    app = FastAPI()

    @app.get("/")
    async def get(request: Request, response: Response) -> None:
        response.headers["Received"] = repr(await request.receive())

    app.add_middleware(HeadAndOptions)
    scope = {"type": "http", "method": "HEAD", "path": "/", "headers": [], "query_string": b""}
    asyncio.run(app(scope, receive, send))
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[1] == {"type": "http.response.body", "body": b""}
    received = dict(sent[0]["headers"])[b"received"].decode()
    assert received == repr({"type": "http.request", "body": b""})


def test_head_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its length is that of the whole, even when a part of it is asked for."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file.txt").write_bytes(b"0123456789")
    response = connect().head("/v1/file", headers={"Range": "bytes=0-1"})
    assert (response.status_code, response.headers["content-length"]) == (200, "10")


def test_own_routes_go_first() -> None:
    """An owner may answer HEAD and OPTIONS in another way."""
    client = connect()
    assert client.head("/v1/own").headers["own"] == "yes"
    assert client.options("/v1/own").headers["own"] == "yes"
    assert client.put("/v1/own").headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/v1/items/1", "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"),
        ("/v1/items", "POST, OPTIONS"),
        ("/docs", "GET, HEAD, OPTIONS"),
    ],
)
def test_methods_are_named(path: str, allow: str) -> None:
    """By OPTIONS, which has no content, and by a 405."""
    client = connect()
    options = client.options(path)
    assert (options.status_code, options.content, options.headers["allow"]) == (204, b"", allow)
    refused = client.request("TRACE", path)
    assert (refused.status_code, refused.headers["allow"]) == (405, allow)


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_nothing_is_found_where_nothing_is(method: str) -> None:
    """Unknown paths stay unknown, also below a mounted application."""
    client = connect()
    assert client.request(method, "/unknown").status_code == 404
    assert client.request(method, "/static/unknown").status_code in (404, 405)
    assert client.head("/v1/items").status_code == 405


def test_preflight_is_answered_by_cors() -> None:
    """What is no preflight is answered here, and scripts may read it."""
    client = connect()
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "DELETE"}
    preflight = client.options("/v1/items/1", headers=asked)
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-methods"] == "DELETE"
    plain = client.options("/v1/items/1", headers={"Origin": ORIGIN})
    assert plain.headers["allow"] == "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"
    assert plain.headers["access-control-allow-origin"] == ORIGIN


def test_a_405_of_an_endpoint_stays() -> None:
    """Only the router's own is completed."""
    app = FastAPI()

    @app.get("/")
    async def refuse() -> Response:
        return Response(status_code=405, headers={"Allow": "POST"})

    app.add_middleware(HeadAndOptions)
    assert TestClient(app).get("/").headers["allow"] == "POST"


def test_newer_servers_end_streams_too() -> None:
    """They are taken for older ones, which tell when a client leaves."""
    asgi = {"version": "3.0", "spec_version": "2.5"}
    scope = as_get({"type": "http", "method": "HEAD", "headers": [], "asgi": asgi})
    assert scope["asgi"] == {"version": "3.0", "spec_version": "2.3"}


def test_websockets_pass() -> None:
    """They have no methods."""
    app = Application()

    @app.websocket("/socket")
    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text("hello")

    app.add_middleware(HeadAndOptions)
    with TestClient(app).websocket_connect("/socket") as connection:
        assert connection.receive_text() == "hello"

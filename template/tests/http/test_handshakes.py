"""`app.http.handshakes`: whose pages get in, and with which cookies."""

import asyncio
from typing import Annotated

import pytest
from fastapi import Cookie, Depends, FastAPI, HTTPException, Response, WebSocket
from fastapi.testclient import TestClient
from starlette.responses import StreamingResponse
from starlette.types import Message
from starlette.websockets import WebSocketDisconnect

from app.http.application import Application
from app.http.cookies import CookiePolicy
from app.http.handshakes import AllowedOrigins, RefusedHandshakes, accept
from tests.wire import handshake, set_cookie

seen = CookiePolicy(name="__Host-seen", path="/", secure=True, httponly=True, samesite="lax")
first = CookiePolicy(name="first", path="/", secure=True, httponly=True, samesite="lax")
app = FastAPI()


@app.websocket("/own", dependencies=[Depends(AllowedOrigins())])
async def own(websocket: WebSocket, theme: Annotated[str | None, Cookie()] = None) -> None:
    """Send back a cookie of the handshake, and set two."""
    response = Response()
    response.headers["Unrelated"] = "yes"
    seen.set(response, "yes")
    first.delete(response)
    await accept(websocket, response)
    await websocket.send_json(theme)
    await websocket.close()


@app.websocket("/chat")
async def chat(websocket: WebSocket) -> None:
    """Talk in one of two ways."""
    await accept(websocket, Response(), "v2", "v1")
    await websocket.close()


@app.websocket("/shared", dependencies=[Depends(AllowedOrigins("https://app.example.com"))])
async def shared(websocket: WebSocket) -> None:
    """Let pages of another site in."""
    await accept(websocket, Response())
    await websocket.close()


@pytest.fixture
def client() -> TestClient:
    """Return a browser's client."""
    return TestClient(app, base_url="https://testserver")


def test_cookies_are_read_and_set(client: TestClient) -> None:
    """On the handshake, which is the only HTTP of a WebSocket."""
    response = handshake(client, "/own")
    assert response.status_code == 101
    assert set_cookie(response, "__Host-seen") == [
        "__Host-seen=yes",
        *("HttpOnly", "Path=/", "SameSite=lax", "Secure"),
    ]
    assert set_cookie(response, "first")[0] == 'first=""'
    assert set(response.headers) == {"set-cookie"}
    client.cookies.set("theme", "dark")
    origin = {"origin": "https://testserver"}
    with client.websocket_connect("wss://testserver/own", headers=origin) as socket:
        assert socket.receive_json() == "dark"


@pytest.mark.parametrize(
    ("path", "origin", "status"),
    [
        ("/own", "https://testserver", 101),
        ("/own", "https://testserver:8443", 403),
        ("/own", "http://testserver", 403),
        ("/own", "https://testserver.example.com", 403),
        ("/own", "https://app.example.com", 403),
        ("/own", "null", 403),
        ("/own", "", 403),
        ("/own", None, 403),
        ("/shared", "https://app.example.com", 101),
        ("/shared", "https://testserver", 101),
        ("/shared", "https://evil.app.example.com", 403),
    ],
)
def test_origin_decides(client: TestClient, path: str, origin: str | None, status: int) -> None:
    """Scheme, host and port, all of them."""
    assert handshake(client, path, origin).status_code == status


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("testserver:443", "https://testserver", 101),
        ("testserver:443", "https://testserver:443", 403),
        ("testserver:80", "https://testserver", 403),
        ("testserver:1443", "https://testserver:1", 403),
    ],
)
def test_usual_port_is_no_other_site(host: str, origin: str, status: int) -> None:
    """A proxy may put it into Host; a browser never puts it into Origin."""
    client = TestClient(app, base_url="https://testserver", headers={"host": host})
    assert handshake(client, "/own", origin).status_code == status


@pytest.mark.parametrize(
    ("offered", "chosen"), [(["v1", "v2"], "v2"), (["v1"], "v1"), (["other"], None), ([], None)]
)
def test_subprotocol_is_chosen(client: TestClient, offered: list[str], chosen: str | None) -> None:
    """The first of this side that the client offers (RFC 6455, section 4.2.2)."""
    with client.websocket_connect("/chat", offered) as socket:
        assert socket.accepted_subprotocol == chosen


def test_plain_handshake_belongs_to_plain_pages(client: TestClient) -> None:
    """As on a developer's machine."""
    origin = {"origin": "http://testserver"}
    with client.websocket_connect("ws://testserver/own", headers=origin) as socket:
        assert socket.receive_json() is None
    proxied = {**origin, "host": "testserver:80"}
    with client.websocket_connect("ws://testserver/own", headers=proxied) as socket:
        assert socket.receive_json() is None


def refusing() -> RefusedHandshakes:
    """Return an application that lets nobody in, but for one path."""
    inner = Application()

    @inner.websocket("/own", dependencies=[Depends(AllowedOrigins())])
    @inner.websocket("/numbers/{number}")
    async def own(websocket: WebSocket, number: int = 0) -> None:
        if number == 1:
            await websocket.accept()
        if number == 2:
            raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
        if number == 4:
            answer = StreamingResponse(iter("why"), 403)
            await answer(websocket.scope, websocket.receive, websocket.send)
        else:
            await websocket.close(4000)

    return RefusedHandshakes(inner)


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        ("/own", 403, "Origin not allowed"),
        ("/numbers/3", 403, "Forbidden"),
        ("/numbers/2", 401, "Unauthorized"),
        ("/missing", 403, "Forbidden"),
    ],
)
def test_who_is_refused_is_told_why(path: str, status: int, detail: str) -> None:
    """As with any other request, whoever has closed the WebSocket."""
    response = handshake(TestClient(refusing()), path, "https://other.example")
    assert (response.status_code, response.json()) == (status, {"detail": detail})
    assert ("www-authenticate" in response.headers) is (status == 401)


def test_what_does_not_fit_is_not_repeated() -> None:
    """As in an invalid request."""
    (error,) = handshake(TestClient(refusing()), "/numbers/s3cret").json()["detail"]
    assert (error["loc"], set(error)) == (["path", "number"], {"loc", "msg", "type"})


def test_open_websocket_is_closed_as_ever() -> None:
    """A close is an answer to the handshake only before there is another one."""
    with (
        TestClient(refusing()).websocket_connect("/numbers/1") as socket,
        pytest.raises(WebSocketDisconnect) as closed,
    ):
        socket.receive_text()
    assert closed.value.code == 4000


@pytest.mark.parametrize(
    ("path", "code"),
    [("/own", 1008), ("/numbers/2", 1008), ("/numbers/4", 1008), ("/missing", 1000)],
)
def test_server_without_the_extension_is_told_to_close(path: str, code: int) -> None:
    """It would not understand more, and answers with 403 itself."""
    (message,) = sent(refusing(), path)
    assert (message["type"], message["code"]) == ("websocket.close", code)


def test_server_without_the_extension_opens_websockets() -> None:
    """Which is no refusal."""
    kinds = [message["type"] for message in sent(refusing(), "/numbers/1")]
    assert kinds == ["websocket.accept", "websocket.close"]


def sent(app: RefusedHandshakes, path: str) -> list[Message]:
    """Return the messages to a server that knows no extensions."""
    messages: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        messages.append(message)

    scope = {"type": "websocket", "scheme": "wss", "path": path, "query_string": b""}
    headers = [(b"host", b"testserver")]
    asyncio.run(app({**scope, "headers": headers, "subprotocols": []}, receive, send))
    return messages

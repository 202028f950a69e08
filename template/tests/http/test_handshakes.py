"""`app.http.handshakes`: whose pages get in, and with which cookies."""

from typing import Annotated

import pytest
from fastapi import Cookie, Depends, FastAPI, Response, WebSocket
from fastapi.testclient import TestClient

from app.http.cookies import CookiePolicy
from app.http.handshakes import AllowedOrigins, accept
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

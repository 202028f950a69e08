"""`app.http.trusted_hosts`: which names are answered, and what a redirect says of them."""

import asyncio

import pytest
from fastapi import WebSocket
from fastapi.responses import RedirectResponse
from fastapi.testclient import TestClient
from starlette.middleware import Middleware
from starlette.types import Message

from app.http.application import Application
from app.http.trusted_hosts import HostSettings, TrustedHosts, is_trusted
from app.settings import Settings, UnusableSettingsError
from tests.wire import handshake, undocumented

app = Application(outermost=[Middleware(TrustedHosts)])


@app.get("/posts")
async def posts() -> str:
    """Answer."""
    return "posts"


@app.get("/away")
async def away(to: str) -> RedirectResponse:
    """Lead elsewhere."""
    return RedirectResponse(to)


@app.websocket("/talk")
async def talk(websocket: WebSocket) -> None:
    """Accept everybody."""
    await websocket.accept()
    await websocket.close()


@pytest.fixture(autouse=True)
def _hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_TRUSTED_HOSTS", "api.example.com, *.Shop.example,10.0.0.1,[::1]")
    Settings.forget()


@pytest.mark.parametrize(
    "host",
    [
        "api.example.com",
        "API.example.com:8443",
        "api.example.com.",
        "a.shop.example",
        "a.b.shop.example:",
        "10.0.0.1:80",
        "[::1]:8000",
    ],
)
def test_names_of_the_service(host: str) -> None:
    """In any case, and with any port."""
    response = TestClient(app).get("/posts", headers={"Host": host})
    assert response.json() == "posts"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "example.com",
        "api.example.com.evil.example",
        "evil-api.example.com",
        "shop.example",
        "evilshop.example",
        ".shop.example",
        "api.example.com@evil.example",
        "api.example.com:80@evil.example",
        "api.example.com/",
        "api.example.com evil.example",
        "evil.example:api.example.com",
        "api.example.com..",
        "[::1",
        "",
    ],
)
def test_other_names(host: str) -> None:
    """421, which is documented; nothing of what is made of the name is sent."""
    response = TestClient(app).get("/posts", headers={"Host": host})
    assert (response.status_code, response.text) == (421, "Another host is meant")
    assert undocumented(response, app.openapi()) == []
    assert not is_trusted(host)


def test_one_name_at_a_time() -> None:
    """Of two, nobody knows which one counts (RFC 9112, section 3.2)."""
    lines = [("Host", "api.example.com"), ("Host", "api.example.com")]
    assert TestClient(app).get("/posts", headers=lines).status_code == 421


def test_websockets_of_other_names_are_refused() -> None:
    """A page whose name was pointed to this service seems to be one of its own."""
    client = TestClient(app)
    with client.websocket_connect("/talk", headers={"Host": "api.example.com"}):
        pass
    answer = handshake(TestClient(app, headers={"Host": "evil.example"}), "/talk")
    assert (answer.status_code, answer.text) == (421, "Another host is meant")


def test_server_that_can_only_close_does() -> None:
    """It answers with 403 itself."""
    sent: list[Message] = []

    async def note(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    scope = {"type": "websocket", "headers": [(b"host", b"evil.example")]}
    asyncio.run(TrustedHosts(app)(scope, receive, note))
    assert sent == [{"type": "websocket.close"}]


@pytest.mark.parametrize(
    ("asked", "location"),
    [
        ("/posts/?a=1", "/posts?a=1"),
        ("/away?to=https://other.example/", "https://other.example/"),
        ("/away?to=http://api.example.com/posts", "/posts"),
        ("/away?to=http://api.example.com//evil.example", "http://api.example.com//evil.example"),
        ("/away?to=http://api.example.com.evil.example/", "http://api.example.com.evil.example/"),
        ("/away?to=/posts", "/posts"),
    ],
)
def test_redirects_name_no_host(asked: str, location: str) -> None:
    """That of Starlette for a slash too many included."""
    client = TestClient(app, follow_redirects=False)
    assert client.get(asked, headers={"Host": "api.example.com"}).headers["location"] == location


def test_this_machine_is_trusted_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """For development, and nothing else."""
    monkeypatch.delenv("APP_TRUSTED_HOSTS")
    Settings.forget()
    asked = ["localhost:8000", "127.0.0.1", "[::1]:80", "api.example.com"]
    assert [is_trusted(host) for host in asked] == [True, True, True, False]


@pytest.mark.parametrize("names", ["https://a.example", "a.example:80", "*", "a.example,", "a b"])
def test_names_that_are_none(monkeypatch: pytest.MonkeyPatch, names: str) -> None:
    """The service does not start with them."""
    monkeypatch.setenv("APP_TRUSTED_HOSTS", names)
    with pytest.raises(
        UnusableSettingsError, match=r"^APP_TRUSTED_HOSTS: a name is like api.example.com,"
    ):
        HostSettings.current()

"""`app.http.client_sessions`: kept, renewed, emptied, and everything that is not accepted."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import HTTPException, Request, Response, WebSocket
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.application import Application
from app.http.client_sessions import ClientSessions
from app.http.cookies import CookiePolicy
from app.http.openapi import documented, header
from app.http.private_answers import PRIVATE
from app.settings import Settings
from tests.wire import handshake, set_cookie, undocumented

FLAGS: dict[str, Any] = {"path": "/", "secure": True, "httponly": True, "samesite": "lax"}
OLD = "old-key-" + "o" * 24
NEW = "new-key-" + "n" * 24
PUBLIC = {"Cache-Control": "public, max-age=600", "CDN-Cache-Control": "max-age=600"}
START = datetime(2027, 1, 31, 12, 0, tzinfo=UTC)


class Clock:
    """What the service takes for the time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = START
        seconds = SimpleNamespace(time=lambda: self.now.timestamp())
        monkeypatch.setattr("itsdangerous.timed.time", seconds)
        dated = SimpleNamespace(now=lambda zone: self.now.astimezone(zone))
        monkeypatch.setattr("app.http.client_sessions.datetime", dated)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


class Marks:
    """ASGI middleware that marks every answer which passes through it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Marked"] = "yes"
            await send(message)

        await self.app(scope, receive, send_marked)

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the header."""
        return {"Marked": header("Always there.")}


def create_app() -> Application:
    """Return an application whose endpoints use their session in each way."""
    cookie = CookiePolicy(name="__Host-state", max_age=100, **FLAGS)
    app = Application(outermost=[Middleware(Marks), Middleware(ClientSessions, cookie=cookie)])

    @app.post("/visits")
    async def visit(request: Request) -> int:
        visits: int = request.session.get("visits", 0) + 1
        request.session["visits"] = visits
        return visits

    @app.post("/marks")
    async def mark(request: Request) -> int:
        request.session.setdefault("marks", []).append("ü")
        return len(request.session["marks"])

    @app.get("/session")
    async def show(request: Request) -> dict[str, Any]:
        return request.session

    @app.get("/other")
    async def other() -> str:
        return "no session"

    @app.delete("/session")
    async def forget(request: Request) -> None:
        request.session.clear()

    @app.post("/refused")
    async def refuse(request: Request) -> None:
        request.session["refused"] = True
        raise HTTPException(403)

    @app.post("/failed")
    async def fail(request: Request) -> None:
        request.session["failed"] = True
        raise RuntimeError

    @app.post("/overfilled")
    async def overfill(request: Request) -> None:
        request.session["text"] = token_hex(4096)  # more than can be compressed

    @app.post("/unfit")
    async def unfit(request: Request) -> None:
        request.session["now"] = START

    @app.get("/varied")
    async def vary(request: Request, response: Response) -> bool:
        response.headers["Vary"] = "Accept"
        return bool(request.session)

    @app.api_route("/late", methods=["GET", "POST"], include_in_schema=False)
    async def change_late(request: Request, said: str | None = None) -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"begun"
            request.session["late"] = True

        return StreamingResponse(parts(), headers={"Cache-Control": said} if said else {})

    @app.get("/public")
    async def everybodys(response: Response) -> None:
        response.headers.update(PUBLIC)

    @app.get("/read")
    async def read(request: Request, response: Response) -> None:
        response.headers.update(PUBLIC)
        request.session.get("visits")

    @app.get("/written")
    async def write(request: Request, response: Response) -> None:
        response.headers.update(PUBLIC)
        request.session["visits"] = 1

    @app.get("/denied")
    async def deny(request: Request) -> None:
        raise HTTPException(503, request.session.get("reason", ""), PUBLIC)

    @app.get("/tracked", responses=documented(200, own))
    async def track(request: Request, response: Response) -> None:
        request.session["tracked"] = True
        own.set(response, "yes")

    @app.websocket("/socket")
    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_json(websocket.session)
        await websocket.close()

    @app.websocket("/visits")
    async def come(websocket: WebSocket, reason: str | None = None, note: str = "") -> None:
        websocket.session["visits"] = websocket.session.get("visits", 0) + 1
        websocket.session.update({"note": note} if note else {})
        if reason is None:
            await websocket.accept()
            await websocket.close()
        else:
            await websocket.send_denial_response(Response(reason, 403, PUBLIC))

    return app


own = CookiePolicy(name="own", **FLAGS)


def connect() -> TestClient:
    """Return one browser's client of a new process."""
    return TestClient(create_app(), base_url="https://testserver", raise_server_exceptions=False)


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_SECRET_KEYS", NEW)


@pytest.fixture
def client() -> TestClient:
    """Return one browser's client."""
    return connect()


def test_session_is_kept(client: TestClient) -> None:
    """From request to request, in a cookie with the declared attributes."""
    response = client.post("/visits")
    assert set_cookie(response, "__Host-state")[1:] == [
        *("HttpOnly", "Max-Age=100", "Path=/", "SameSite=lax", "Secure"),
    ]
    assert client.post("/visits").json() == 2
    assert client.get("/session").json() == {"visits": 2}
    assert connect().post("/visits").json() == 1


def test_changes_in_the_depth_are_kept(client: TestClient) -> None:
    """As when a list of the session grows."""
    assert [client.post("/marks").json() for _ in range(3)] == [1, 2, 3]


def test_reading_sends_no_cookie(client: TestClient) -> None:
    """But tells caches that the answer depends on the session."""
    client.post("/visits")
    response = client.get("/session")
    assert "set-cookie" not in response.headers
    assert response.headers["vary"] == "Cookie"
    assert client.get("/varied").headers["vary"] == "Accept, Cookie"


def test_answers_without_the_session_are_left_alone(client: TestClient) -> None:
    """Caches may keep them for everybody."""
    client.post("/visits")
    headers = client.get("/other").headers
    assert not {"set-cookie", "vary"} & headers.keys()


def test_session_ends_without_use(monkeypatch: pytest.MonkeyPatch, client: TestClient) -> None:
    """On the server too, whatever the browser does with its cookie."""
    clock = Clock(monkeypatch)
    cookie = set_cookie(client.post("/visits"), "__Host-state")[0]
    client.cookies.clear()
    clock.advance(100)
    assert client.get("/session", headers={"Cookie": cookie}).json() == {"visits": 1}
    clock.advance(1)
    assert client.get("/session", headers={"Cookie": cookie}).json() == {}


def test_use_renews_the_session(monkeypatch: pytest.MonkeyPatch, client: TestClient) -> None:
    """It ends after its last use; a cookie is sent only once in a tenth of its lifetime."""
    clock = Clock(monkeypatch)
    client.post("/visits")
    clock.advance(10)
    assert "set-cookie" not in client.get("/session").headers
    clock.advance(1)
    assert "set-cookie" not in client.get("/other").headers
    assert "set-cookie" in client.get("/session").headers
    for _ in range(5):
        clock.advance(60)
        assert client.get("/session").json() == {"visits": 1}


def test_empty_session_is_not_renewed(monkeypatch: pytest.MonkeyPatch, client: TestClient) -> None:
    """Nobody gets a cookie for nothing."""
    clock = Clock(monkeypatch)
    client.get("/session")
    clock.advance(50)
    assert "set-cookie" not in client.get("/session").headers


def test_emptied_session_deletes_the_cookie(client: TestClient) -> None:
    """With the attributes that it was set with."""
    client.post("/visits")
    response = client.delete("/session")
    assert set_cookie(response, "__Host-state") == [
        '__Host-state=""',
        "expires=Thu, 01 Jan 1970 00:00:00 GMT",
        *("HttpOnly", "Max-Age=0", "Path=/", "SameSite=lax", "Secure"),
    ]
    assert client.get("/session").json() == {}
    assert "set-cookie" not in client.delete("/session").headers


def test_error_keeps_changes(client: TestClient) -> None:
    """The answer was meant so."""
    assert client.post("/refused").status_code == 403
    assert client.get("/session").json() == {"refused": True}


def test_failure_keeps_nothing(client: TestClient) -> None:
    """The session stays as it was before the request."""
    client.post("/visits")
    response = client.post("/failed")
    assert response.status_code == 500
    assert "set-cookie" not in response.headers
    assert client.get("/session").json() == {"visits": 1}


@pytest.mark.parametrize("said", [None, "private", "max-age=60, no-store"])
def test_changes_after_the_first_chunk_are_not_kept(said: str | None) -> None:
    """The headers have left by then; the answer itself is whole, and for nobody else."""
    client = TestClient(create_app(), base_url="https://testserver")
    response = client.get("/late", params={"said": said} if said else {})
    assert (response.text, "set-cookie" in response.headers) == ("begun", False)
    assert response.headers["cache-control"] == (said or "private, no-cache")
    assert client.get("/session").json() == {}


@pytest.mark.parametrize("said", ["public, max-age=60", "no-cache"])
def test_public_stream_does_not_use_the_session(client: TestClient, said: str) -> None:
    """It ends with an error, and without its end no cache stores it."""
    with pytest.raises(RuntimeError, match=r"or the answer be private$"):
        TestClient(create_app()).get("/late", params={"said": said})
    response = client.post("/late", params={"said": said})
    assert response.text == "begun"  # the answer to a POST is stored for nobody


@pytest.mark.parametrize(("path", "status"), [("/read", 200), ("/written", 200), ("/denied", 503)])
def test_answers_with_a_session_are_private(client: TestClient, path: str, status: int) -> None:
    """Whatever the endpoint says, which knows nothing of the cookie; errors as well."""
    response = client.get(path)
    assert response.status_code == status
    assert response.headers.get_list("cache-control") == ["private, no-cache"]
    assert response.headers["vary"] == "Cookie"
    assert response.headers["cdn-cache-control"] == "no-store"


def test_answers_without_a_session_stay_public(client: TestClient) -> None:
    """Whether or not the visitor has one."""
    for _ in range(2):
        response = client.get("/public")
        assert {name: response.headers[name] for name in PUBLIC} == PUBLIC
        assert "cache-control" not in client.get("/other").headers
        client.post("/visits")


@pytest.mark.parametrize(
    ("path", "reason"),
    [("/overfilled", "browsers drop a cookie of more than 4096 bytes"), ("/unfit", "datetime")],
)
def test_session_that_cannot_be_kept_is_a_failure(path: str, reason: str) -> None:
    """An answer like other failures, to which outer middleware adds; then the server logs why."""
    client = connect()
    client.post("/visits")
    response = client.post(path)
    assert (response.status_code, response.text) == (500, "Internal Server Error")
    assert response.headers["marked"] == "yes"
    assert "set-cookie" not in response.headers
    assert client.get("/session").json() == {"visits": 1}
    with pytest.raises((TypeError, ValueError), match=reason):
        TestClient(create_app()).post(path)


def test_keys_can_be_replaced(monkeypatch: pytest.MonkeyPatch, client: TestClient) -> None:
    """What an older key has signed is accepted, and signed with the newest one when it changes."""
    for keys, visits in ((OLD, 1), (f"{NEW},{OLD}", 2), (NEW, 3), (OLD, 1)):
        monkeypatch.setenv("APP_SECRET_KEYS", keys)
        Settings.forget()
        assert client.post("/visits").json() == visits


@pytest.mark.parametrize("value", ["", "forged", "e30", "e30.e30.e30"])
def test_forged_session_is_none(client: TestClient, value: str) -> None:
    """The request begins without a session, and is no error."""
    response = client.get("/session", headers={"Cookie": f"__Host-state={value}"})
    assert (response.status_code, response.json()) == (200, {})


def test_websocket_reads_the_session(client: TestClient) -> None:
    """As it was at the handshake."""
    client.post("/visits")
    with client.websocket_connect("wss://testserver/socket") as socket:
        assert socket.receive_json() == {"visits": 1}


def test_websocket_changes_the_session(client: TestClient) -> None:
    """The handshake sends the cookie, whether it opens a WebSocket or says why not."""
    client.post("/visits")
    opened, refused = handshake(client, "/visits"), handshake(client, "/visits?reason=no")
    assert opened.headers.keys() == {"set-cookie"}
    for answer in (opened, refused):
        signed, *_ = set_cookie(answer, "__Host-state")
        client.cookies.clear()
        assert client.get("/session", headers={"Cookie": signed}).json() == {"visits": 2}
    assert (refused.status_code, refused.text) == (403, "no")
    assert (refused.headers["cache-control"], refused.headers["vary"]) == (PRIVATE, "Cookie")


@pytest.mark.parametrize("query", ["", "&reason=no"])
def test_websocket_with_too_much_in_its_session_fails(query: str) -> None:
    """What would be lost is an error, which the server answers when nothing was sent."""
    sent: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        async def keep(message: Message) -> None:
            sent.append(message)
            await send(message)

        await create_app()(scope, receive, keep)

    with pytest.raises(ValueError, match="browsers drop a cookie of more than 4096 bytes"):
        handshake(TestClient(app), f"/visits?note={token_hex(4096)}{query}")
    assert sent == []


def test_lifespan_passes() -> None:
    """There is no session in it."""
    with connect() as client:
        assert client.get("/other").json() == "no session"


def test_lifetime_is_needed() -> None:
    """The server has to know when a session is over."""
    cookie = CookiePolicy(name="__Host-state", **FLAGS)
    with pytest.raises(ValueError, match="__Host-state: a session needs max_age"):
        ClientSessions(create_app(), cookie=cookie)


def test_headers_are_described() -> None:
    """On every answer, as nobody knows which of them use the session."""
    document = create_app().openapi()
    assert document["components"]["headers"] == {
        "Marked": header("Always there."),
        "Set-Cookie": {
            "description": "The session, in the cookie `__Host-state`.",
            "required": False,
            "schema": {"type": "string", "pattern": "^__Host-state="},
        },
        "Cache-Control": {
            "description": "`private, no-cache` when the session is used.",
            "required": False,
            "schema": {"type": "string"},
        },
        "Vary": {
            "description": "Contains Cookie when the session was used.",
            "required": False,
            "schema": {"type": "string"},
        },
    }


def test_session_is_described_beside_other_cookies() -> None:
    """An endpoint's own entry for Set-Cookie does not hide it."""
    document = create_app().openapi()
    response = connect().get("/tracked")
    assert len(response.headers.get_list("set-cookie")) == 2
    assert undocumented(response, document) == []
    described = document["paths"]["/tracked"]["get"]["responses"]["200"]["headers"]["Set-Cookie"]
    assert described["schema"]["anyOf"] == [
        {"type": "string", "pattern": "^own=", "x-required": True},
        {"type": "string", "pattern": "^__Host-state=", "x-required": False},
    ]

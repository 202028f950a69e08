"""`app.http.server_sessions`: login, use, both time-outs, logout, and what must not work."""

import asyncio
import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated

import httpx2
import pytest
from fastapi import Depends, FastAPI, Form, HTTPException, Request, Response
from fastapi.testclient import TestClient
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection

from app.http.application import Application
from app.http.cookies import CookiePolicy
from app.http.login import UNAUTHORIZED, Credentials, Issued
from app.http.server_sessions import ServerSession
from app.http.state import OpenState, Store
from tests.http.conftest import DATABASE
from tests.state import with_store
from tests.wire import set_cookie

GOOD = {"username": "admin", "password": "correct horse"}


def session_cookie(name: str = "__Host-session", max_age: int | None = 600) -> CookiePolicy:
    """Return the declaration of the cookie that identifies a session."""
    return CookiePolicy(
        name=name, max_age=max_age, path="/", secure=True, httponly=True, samesite="lax"
    )


session = ServerSession(session_cookie(), idle_timeout=60)
admin_session = ServerSession(session_cookie("__Host-admin"), idle_timeout=60)


def create_app(session: ServerSession = session) -> FastAPI:
    """Return an application with login, logout and endpoints for users."""
    app = Application(outermost=[Middleware(OpenState, database=DATABASE)])

    @app.post("/login")
    async def login(response: Response, issued: Annotated[Issued, Depends(session.started)]) -> str:
        session.cookie.set(response, issued.token)
        return issued.user

    @app.get("/me", responses=UNAUTHORIZED)
    async def me(request: Request, user: Annotated[str, Depends(session.user)]) -> str:
        assert request.state.user == user
        return user

    @app.post("/logout", dependencies=[Depends(session.ended)])
    async def logout(response: Response) -> None:
        session.cookie.delete(response)

    return app


def token_of(response: httpx2.Response) -> str:
    """Return the token that a login has set."""
    return set_cookie(response, "__Host-session")[0].removeprefix("__Host-session=")


def connect(app: FastAPI) -> TestClient:
    """Return one browser's client."""
    return TestClient(app, base_url="https://testserver")


def ask(client: TestClient, token: str) -> int:
    """Return the status of a request with only this token."""
    client.cookies.clear()
    client.cookies.set("__Host-session", token)
    return client.get("/me").status_code


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Set a password, away from the developer's own `.env` file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("APP_LOGIN_PASSWORD", "correct horse")


@pytest.fixture
def client(state_url: str) -> Iterator[TestClient]:
    """Yield the client of a new application, with each kind of store."""
    with connect(create_app()) as client:
        yield client


def test_login_sets_the_cookie(client: TestClient) -> None:
    """With the declared flags and a token that cannot be guessed."""
    response = client.post("/login", json=GOOD)
    assert (response.status_code, response.json()) == (200, "admin")
    token = token_of(response)
    assert [len(part) for part in token.split(".")] == [22, 43]
    assert sorted(set_cookie(response, "__Host-session")) == [
        "HttpOnly",
        "Max-Age=600",
        "Path=/",
        "SameSite=lax",
        "Secure",
        f"__Host-session={token}",
    ]


def test_session_identifies_the_user(client: TestClient) -> None:
    """The cookie is all that a request needs, and it is not sent again."""
    client.post("/login", json=GOOD)
    response = client.get("/me")
    assert (response.status_code, response.json()) == (200, "admin")
    assert "set-cookie" not in response.headers


def test_store_holds_hashes(client: TestClient) -> None:
    """With which nobody can log in."""
    token = token_of(client.post("/login", json=GOOD))
    browser, _, secret = token.partition(".")
    digests = [hashlib.sha256(part.encode()).hexdigest() for part in (browser, secret)]

    async def records(store: Store) -> list[bytes | None]:
        keys = [f"session:__Host-session:browser:{one}" for one in (browser, digests[0])]
        return [await store.get(key) for key in keys]

    in_plain, hashed = with_store(client, records)
    assert in_plain is None
    assert hashed is not None
    assert json.loads(hashed)["secret"] == digests[1]
    assert [ask(client, ".".join(half)) for half in (digests, (browser, digests[1]))] == [401, 401]


@pytest.mark.parametrize("token", ["", "x", "ä", "__Host-session"])
def test_unknown_token_is_refused(client: TestClient, token: str) -> None:
    """No token, or one that was never given out."""
    client.post("/login", json=GOOD)
    client.cookies.clear()
    cookie = f"__Host-session={token}".encode()
    response = client.get("/me", headers=[(b"Cookie", cookie)])
    assert (response.status_code, response.json()) == (401, {"detail": "Not logged in"})
    assert response.headers["www-authenticate"] == 'Cookie realm="app"'
    assert response.headers["cache-control"] == "no-store"
    assert "set-cookie" not in response.headers


def test_wrong_credentials_start_nothing(client: TestClient) -> None:
    """And they leave the session that is there alone."""
    token = token_of(client.post("/login", json=GOOD))
    response = client.post("/login", json={**GOOD, "password": "wrong"})
    assert response.status_code == 401
    assert "set-cookie" not in response.headers
    assert ask(client, token) == 200


def test_login_gives_a_new_token(client: TestClient) -> None:
    """The earlier session is over, and a token that somebody planted opens nothing (fixation)."""
    client.cookies.set("__Host-session", "planted")
    first = token_of(client.post("/login", json=GOOD))
    client.cookies.clear()
    client.cookies.set("__Host-session", first)
    second = token_of(client.post("/login", json=GOOD))
    assert len({"planted", first, second}) == 3
    assert [ask(client, token) for token in ("planted", first, second)] == [401, 401, 200]


def test_logins_at_the_same_time_leave_one_session(client: TestClient) -> None:
    """Each comes with the token of the session that was there before."""

    async def log_in(store: Store, earlier: str) -> list[str]:
        return await asyncio.gather(*(session.open(store, "ana", earlier) for _ in range(4)))

    earlier = with_store(client, session.open, "ana")
    tokens = [earlier, *with_store(client, log_in, earlier)]
    assert sorted(ask(client, token) for token in tokens) == [200, 401, 401, 401, 401]


def test_logout_ends_what_a_late_login_began(client: TestClient) -> None:
    """Though the browser holds the token of the one that was answered last."""
    earlier = with_store(client, session.open, "ana")
    held, newest = (with_store(client, session.open, "ana", earlier) for _ in range(2))
    client.cookies.set("__Host-session", held)
    client.post("/logout")
    assert ask(client, newest) == 401


def test_token_of_another_browser_is_left_alone(client: TestClient) -> None:
    """Half a token is none, and a browser that nobody knows gets a name of its own."""
    token = with_store(client, session.open, "ana")
    made_up = with_store(client, session.open, "eve", "made-up.secret")
    assert made_up.partition(".")[0] != "made-up"
    browser = token.partition(".")[0]
    assert [ask(client, one) for one in (token, browser, f"{browser}.")] == [200, 401, 401]


def test_logout_empties_the_client_session(client: TestClient) -> None:
    """What `request.session` holds belongs to who has logged out."""
    scope = {"type": "http", "headers": [], "session": {"cart": 1}}
    with_store(client, lambda store: session.ended(Request(scope), store))
    assert scope["session"] == {}


def test_logout_ends_the_session_on_the_server(client: TestClient) -> None:
    """And in the browser; a stolen token is worth nothing afterwards."""
    token = token_of(client.post("/login", json=GOOD))
    response = client.post("/logout")
    assert sorted(set_cookie(response, "__Host-session")) == [
        "HttpOnly",
        "Max-Age=0",
        "Path=/",
        "SameSite=lax",
        "Secure",
        '__Host-session=""',
        "expires=Thu, 01 Jan 1970 00:00:00 GMT",
    ]
    assert ask(client, token) == 401


def test_logout_leaves_other_sessions(client: TestClient) -> None:
    """Of the same user in another browser."""
    laptop = token_of(client.post("/login", json=GOOD))
    client.cookies.clear()
    phone = token_of(client.post("/login", json=GOOD))
    client.post("/logout")
    assert [ask(client, token) for token in (laptop, phone)] == [200, 401]


def test_logout_without_a_session_is_no_error(client: TestClient) -> None:
    """Twice pressed, or too late."""
    assert client.post("/logout").status_code == 200


def test_cookies_do_not_stand_for_each_other(client: TestClient) -> None:
    """The token of one kind of session opens no other."""
    token = with_store(client, session.open, "ana")
    assert with_store(client, session.user_of, token) == "ana"
    assert with_store(client, admin_session.user_of, token) is None


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Return a clock that stands until a test moves it."""
    clock = SimpleNamespace(now=1_800_000_000.0)
    monkeypatch.setattr(
        "app.http.server_sessions.time", SimpleNamespace(time=lambda: clock.now, spec=time)
    )
    return clock


def test_session_ends_at_last(client: TestClient, now: SimpleNamespace) -> None:
    """However busy it is."""
    token = with_store(client, session.open, "ana")
    now.now += 599.9
    assert with_store(client, session.user_of, token) == "ana"
    now.now += 0.1
    assert with_store(client, session.user_of, token) is None


class RecordingStore:
    """Says for how long a session is kept, and loses it on demand."""

    def __init__(self) -> None:
        self.value: bytes | None = None
        self.kept: list[float] = []
        self.lost = False

    async def get(self, key: str) -> bytes | None:
        """Return the value."""
        return self.value

    async def set(self, key: str, value: bytes, *, ttl: float) -> None:
        """Keep it."""
        self.value = value
        self.kept.append(ttl)

    async def add(self, key: str, value: bytes, *, ttl: float) -> bool:
        """Never used."""
        raise NotImplementedError

    async def touch(self, key: str, *, ttl: float) -> bool:
        """Keep it longer, unless it was lost meanwhile."""
        self.kept.append(ttl)
        return not self.lost

    async def take(self, key: str) -> bytes | None:
        """Never used."""
        raise NotImplementedError

    async def delete(self, key: str) -> None:
        """Never used."""
        raise NotImplementedError


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_requests_renew_the_session(now: SimpleNamespace) -> None:
    """By the idle time-out; one that a login has begun meanwhile lasts as long as others."""
    store = RecordingStore()
    token = await session.open(store, "ana")
    now.now += 100.0
    assert await session.user_of(store, token) == "ana"
    now.now += 450.0
    assert await session.user_of(store, token) == "ana"
    now.now += 20.0
    assert await session.user_of(store, token) == "ana"
    assert store.kept == [60, 60, 60, 60]
    store.lost = True
    assert await session.user_of(store, token) is None


@pytest.mark.parametrize(("max_age", "idle_timeout"), [(None, 60), (60, 61), (60, 0)])
def test_time_outs_must_fit(max_age: int | None, idle_timeout: int) -> None:
    """A cookie that ends before the session, or without a limit, is a mistake."""
    with pytest.raises(ValueError, match=r"max_age and a shorter idle_timeout are needed$"):
        ServerSession(session_cookie(max_age=max_age), idle_timeout=idle_timeout)
    for fitting in (1, 60):
        assert ServerSession(session_cookie(max_age=60), idle_timeout=fitting).max_age == 60


def test_document_names_the_cookie() -> None:
    """As a security scheme, which is what tools can use."""
    document = create_app().openapi()
    assert document["components"]["securitySchemes"] == {
        "__Host-session": {"type": "apiKey", "in": "cookie", "name": "__Host-session"}
    }
    assert document["paths"]["/me"]["get"]["security"] == [{"__Host-session": []}]


class Page:
    """A login page that lets everybody in who names himself."""

    async def authenticated(self, request: Request, form: Annotated[Credentials, Form()]) -> str:
        """Return the name."""
        return form.username

    def refused(self, connection: HTTPConnection) -> Exception:
        """Return the answer to who has to log in first."""
        return HTTPException(303, headers={"Location": f"/login?next={connection.url.path}"})


def test_login_page_takes_a_form_and_those_who_have_to_log_in() -> None:
    """`user` stays as it is, for clients that are no browsers."""
    session = ServerSession(session_cookie(), Page(), idle_timeout=60)
    app = Application(outermost=[Middleware(OpenState, database=DATABASE)])

    @app.post("/login")
    async def login(response: Response, issued: Annotated[Issued, Depends(session.started)]) -> str:
        session.cookie.set(response, issued.token)
        return issued.user

    @app.get("/me")
    async def me(user: Annotated[str, Depends(session.user)]) -> str:
        return user

    @app.get("/page")
    async def page(user: Annotated[str, Depends(session.user_or_login)]) -> str:
        return user

    with TestClient(app, "https://testserver", follow_redirects=False) as client:
        assert client.get("/me").status_code == 401
        sent = client.get("/page")
        assert (sent.status_code, sent.headers["location"]) == (303, "/login?next=/page")
        assert client.post("/login", json=GOOD).status_code == 422
        assert client.post("/login", data=GOOD | {"username": "ana"}).json() == "ana"
        assert client.get("/me").json() == client.get("/page").json() == "ana"


def test_without_a_login_page_everybody_is_refused() -> None:
    """In the same words."""
    session = ServerSession(session_cookie(), idle_timeout=60)
    app = Application(outermost=[Middleware(OpenState, database=DATABASE)])

    @app.get("/page")
    async def page(user: Annotated[str, Depends(session.user_or_login)]) -> str:
        return user

    with TestClient(app, "https://testserver") as client:
        response = client.get("/page", headers={"Accept": "text/html"})
    assert (response.status_code, response.json()) == (401, {"detail": "Not logged in"})

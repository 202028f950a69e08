"""`app.http.sessions`: login, use, expiry, logout, and everything that must not work."""

import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated

import httpx2
import pytest
from fastapi import Depends, FastAPI, Request, Response
from fastapi.testclient import TestClient

from app.http.cookies import CookiePolicy
from app.http.login import Issued
from app.http.sessions import Session
from tests.wire import set_cookie

GOOD = {"username": "admin", "password": "correct horse"}


def session_cookie(max_age: int | None = 60) -> CookiePolicy:
    """Return the declaration of the cookie that identifies a session."""
    return CookiePolicy(
        name="__Host-session",
        max_age=max_age,
        path="/",
        secure=True,
        httponly=True,
        samesite="strict",
    )


def create_app(max_age: int | None = 60) -> FastAPI:
    """Return an application with login, logout and an endpoint for users."""
    session = Session(session_cookie(max_age))
    app = FastAPI()

    @app.post("/login")
    async def login(response: Response, issued: Annotated[Issued, Depends(session.started)]) -> str:
        session.cookie.set(response, issued.token)
        return issued.user

    @app.get("/me")
    async def me(request: Request, user: Annotated[str, Depends(session.user)]) -> str:
        assert request.state.user == user
        return user

    @app.post("/logout")
    async def logout(request: Request, response: Response) -> None:
        session.end(response, request)

    return app


def token_of(response: httpx2.Response) -> str:
    """Return the token that a login has set."""
    return set_cookie(response, "__Host-session")[0].removeprefix("__Host-session=")


def connect(app: FastAPI) -> TestClient:
    """Return one browser's client."""
    return TestClient(app, base_url="https://testserver")


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Set a password, away from the developer's own `.env` file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("APP_LOGIN_USER", raising=False)
    monkeypatch.setenv("APP_LOGIN_PASSWORD", "correct horse")


@pytest.fixture
def client() -> Iterator[TestClient]:
    """Yield the client of a new application."""
    with connect(create_app()) as client:
        yield client


def test_login_sets_the_cookie(client: TestClient) -> None:
    """With the declared flags and a token that cannot be guessed."""
    response = client.post("/login", json=GOOD)
    assert (response.status_code, response.json()) == (200, "admin")
    token = token_of(response)
    assert len(token) == 43
    assert sorted(set_cookie(response, "__Host-session")) == [
        "HttpOnly",
        "Max-Age=60",
        "Path=/",
        "SameSite=strict",
        "Secure",
        f"__Host-session={token}",
    ]


def test_session_identifies_the_user(client: TestClient) -> None:
    """The cookie is all that a request needs."""
    client.post("/login", json=GOOD)
    response = client.get("/me")
    assert (response.status_code, response.json()) == (200, "admin")


@pytest.mark.parametrize("cookie", [None, "", "x", "__Host-session"])
def test_unknown_token_is_refused(client: TestClient, cookie: str | None) -> None:
    """No cookie, an empty one, or one that was never given out."""
    client.post("/login", json=GOOD)
    client.cookies.clear()
    headers = {} if cookie is None else {"Cookie": f"__Host-session={cookie}"}
    response = client.get("/me", headers=headers)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Cookie realm="app"'
    assert response.headers["cache-control"] == "no-store"
    assert response.json() == {"detail": "Not logged in"}


def test_tampered_token_is_refused(client: TestClient) -> None:
    """One character is enough."""
    token = token_of(client.post("/login", json=GOOD))
    client.cookies.clear()
    cookie = {"Cookie": f"__Host-session={token}"}
    assert client.get("/me", headers=cookie).status_code == 200
    last = "B" if token[-1] == "A" else "A"
    cookie = {"Cookie": f"__Host-session={token[:-1]}{last}"}
    assert client.get("/me", headers=cookie).status_code == 401


@pytest.mark.parametrize(
    ("max_age", "later", "status"),
    [(60, 59.9, 200), (60, 60.0, 401), (None, 86_399.9, 200), (None, 86_400.0, 401)],
)
def test_session_ends_on_the_server(
    monkeypatch: pytest.MonkeyPatch, max_age: int | None, later: float, status: int
) -> None:
    """After `max_age`, or a day, whatever the browser does with its cookie."""
    now = 1000.0
    monkeypatch.setattr("app.http.sessions.time", SimpleNamespace(monotonic=lambda: now))
    with connect(create_app(max_age)) as client:
        token = token_of(client.post("/login", json=GOOD))
        client.cookies.clear()
        now += later
        response = client.get("/me", headers={"Cookie": f"__Host-session={token}"})
    assert response.status_code == status


def test_logout_deletes_the_cookie(client: TestClient) -> None:
    """With the flags that it was set with, or the browser keeps it."""
    client.post("/login", json=GOOD)
    response = client.post("/logout")
    assert sorted(set_cookie(response, "__Host-session")) == [
        "HttpOnly",
        "Max-Age=0",
        "Path=/",
        "SameSite=strict",
        "Secure",
        '__Host-session=""',
        "expires=Thu, 01 Jan 1970 00:00:00 GMT",
    ]
    assert client.get("/me").status_code == 401


def test_logout_ends_the_session_on_the_server(client: TestClient) -> None:
    """A stolen token is worth nothing afterwards."""
    token = token_of(client.post("/login", json=GOOD))
    client.post("/logout")
    cookie = {"Cookie": f"__Host-session={token}"}
    assert client.get("/me", headers=cookie).status_code == 401


def test_logout_leaves_other_sessions() -> None:
    """Of the same user in another browser."""
    app = create_app()
    with connect(app) as laptop, connect(app) as phone:
        laptop.post("/login", json=GOOD)
        phone.post("/login", json=GOOD)
        laptop.post("/logout")
        assert phone.get("/me").status_code == 200


def test_logout_without_a_session_is_no_error(client: TestClient) -> None:
    """Twice pressed, or too late."""
    assert client.post("/logout").status_code == 200


def test_each_login_gets_a_new_token(client: TestClient) -> None:
    """A token from before the login, planted by somebody else, stays worthless (fixation)."""
    planted = {"Cookie": "__Host-session=planted"}
    tokens = {token_of(client.post("/login", json=GOOD, headers=planted)) for _ in range(2)}
    assert len(tokens) == 2
    assert "planted" not in tokens
    client.cookies.clear()
    assert client.get("/me", headers=planted).status_code == 401


def test_tokens_work_without_a_response() -> None:
    """For what answers by itself, such as a WebSocket."""
    session = Session(session_cookie())
    token = session.open("ana")
    assert session.user_of(token) == "ana"
    assert session.user_of("") is None
    assert session.user_of(token.swapcase()) is None


def test_sessions_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest is over when there are too many, or makes room when it has ended."""
    now = 0.0
    monkeypatch.setattr("app.http.sessions.MOST_SESSIONS", 2)
    monkeypatch.setattr("app.http.sessions.time", SimpleNamespace(monotonic=lambda: now))
    session = Session(session_cookie(60))
    tokens = [session.open(user) for user in ("ana", "ben", "cleo")]
    assert [session.user_of(token) for token in tokens] == [None, "ben", "cleo"]
    now = 60.0
    session.open("dan")
    assert len(session._users) == 1


def test_sessions_of_one_process(caplog: pytest.LogCaptureFixture) -> None:
    """The log says so at the first login."""
    session = Session(session_cookie())
    assert caplog.messages == []
    for _ in range(2):
        session.open("ana")
    assert caplog.messages == [
        f"Sessions of the cookie __Host-session are kept in the memory of process {os.getpid()}:"
        " other workers do not know them, and a restart ends them. The pattern"
        " cookie-session-server-side shares and keeps them."
    ]


def test_document_names_the_cookie() -> None:
    """As a security scheme, which is what tools can use."""
    document = create_app().openapi()
    assert document["components"]["securitySchemes"] == {
        "__Host-session": {"type": "apiKey", "in": "cookie", "name": "__Host-session"}
    }
    assert document["paths"]["/me"]["get"]["security"] == [{"__Host-session": []}]

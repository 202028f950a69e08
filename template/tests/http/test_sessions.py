"""`app.http.sessions`: login, use, expiry, logout, and everything that must not work."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated

import httpx2
import pytest
from fastapi import Depends, FastAPI, Form, HTTPException, Request, Response
from fastapi.testclient import TestClient
from starlette.requests import HTTPConnection

from app.http.cookies import CookiePolicy
from app.http.login import Credentials, Issued
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


def ask(client: TestClient, token: str) -> int:
    """Return the status of a request with only this token."""
    return client.get("/me", headers={"Cookie": f"__Host-session={token}"}).status_code


def log_in_again(client: TestClient, token: str) -> httpx2.Response:
    """Log in from a browser that has this token, whatever the client holds."""
    return client.post("/login", json=GOOD, headers={"Cookie": f"__Host-session={token}"})


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
    assert [len(part) for part in token.split(".")] == [22, 43]
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


def test_login_ends_the_earlier_session(client: TestClient) -> None:
    """Of this browser: whoever planted or kept its token is logged out, and so is every tab."""
    tokens = [token_of(client.post("/login", json=GOOD)) for _ in range(3)]
    assert [ask(client, token) for token in tokens] == [401, 401, 200]
    client.post("/logout")
    assert [ask(client, token) for token in tokens] == [401, 401, 401]


def test_wrong_credentials_end_nothing(client: TestClient) -> None:
    """Else a form of another site could log people out."""
    token = token_of(client.post("/login", json=GOOD))
    assert client.post("/login", json={**GOOD, "password": "wrong"}).status_code == 401
    assert ask(client, token) == 200


def test_logins_at_the_same_time_leave_one_session(client: TestClient) -> None:
    """Each is sent with the token of the session that was there before."""
    earlier = token_of(client.post("/login", json=GOOD))
    with ThreadPoolExecutor(4) as pool:
        logins = list(pool.map(lambda _: log_in_again(client, earlier), range(4)))
    tokens = [token_of(response) for response in logins]
    assert sorted(ask(client, token) for token in [earlier, *tokens]) == [200, 401, 401, 401, 401]


def test_logout_ends_what_a_late_login_began(client: TestClient) -> None:
    """Though the browser holds the token of the one that was answered last."""
    earlier = token_of(client.post("/login", json=GOOD))
    held, newest = (token_of(log_in_again(client, earlier)) for _ in range(2))
    client.post("/logout", headers={"Cookie": f"__Host-session={held}"})
    assert ask(client, newest) == 401


def test_token_of_another_browser_is_left_alone() -> None:
    """Half a token is none, and a browser that nobody knows gets a name of its own."""
    session = Session(session_cookie())
    token = session.open("ana")
    assert session.open("eve", "made-up.secret").partition(".")[0] != "made-up"
    browser = token.partition(".")[0]
    assert [session.user_of(one) for one in (token, browser, f"{browser}.")] == ["ana", None, None]


def test_logout_without_the_cookie_deletes_nothing() -> None:
    """Other sites can send it, and the browser holds the cookie back."""
    client = TestClient(create_app(), base_url="https://testserver")
    assert "set-cookie" not in client.post("/logout").headers
    client.post("/logout", headers={"Cookie": "__Host-session="}).headers["set-cookie"]
    described = Session(session_cookie()).openapi_headers()["Set-Cookie"]
    assert described["required"] is False


def test_logout_empties_the_client_session() -> None:
    """What `request.session` holds belongs to who has logged out."""
    session = Session(session_cookie())
    scope = {"type": "http", "headers": [], "session": {"cart": 1}}
    session.end(Response(), Request(scope))
    assert scope["session"] == {}


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
    assert len(session._sessions) == 1


def test_session_of_a_new_login_is_the_youngest(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser that logs in again does not lose it to those that came between."""
    monkeypatch.setattr("app.http.sessions.MOST_SESSIONS", 3)
    session = Session(session_cookie())
    first = session.open("ana")
    session.open("ben")
    tokens = [session.open("ana", first), session.open("cleo"), session.open("dan")]
    assert [session.user_of(token) for token in tokens] == ["ana", "cleo", "dan"]


def test_secrets_stay_out_of_logs() -> None:
    """Where a table of sessions may be written down."""
    session = Session(session_cookie())
    token = session.open("ana")
    assert "user='ana'" in repr(session._sessions)
    assert token.partition(".")[2] not in repr(session._sessions)


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
    session = Session(session_cookie(), Page())
    app = FastAPI()

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
    session = Session(session_cookie())
    app = FastAPI()

    @app.get("/page")
    async def page(user: Annotated[str, Depends(session.user_or_login)]) -> str:
        return user

    with TestClient(app, "https://testserver") as client:
        response = client.get("/page", headers={"Accept": "text/html"})
    assert (response.status_code, response.json()) == (401, {"detail": "Not logged in"})

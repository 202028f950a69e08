"""`app.http.refresh_tokens`: login, rotation, repeated use, logout, and both lifetimes."""

import asyncio
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated

import httpx2
import pytest
from fastapi import Depends, FastAPI, Request, Response
from fastapi.testclient import TestClient
from starlette.middleware import Middleware

from app.http.application import Application
from app.http.cookies import CookiePolicy
from app.http.login import Issued
from app.http.refresh_tokens import RefreshTokens
from app.http.state import OpenState, Store
from tests.http.conftest import DATABASE
from tests.state import with_store
from tests.wire import set_cookie, undocumented

GOOD = {"username": "admin", "password": "correct horse"}


def refresh_cookie(name: str = "__Secure-refresh", max_age: int | None = 60) -> CookiePolicy:
    """Return the declaration of the cookie that holds a token."""
    return CookiePolicy(
        name=name, max_age=max_age, path="/auth", secure=True, httponly=True, samesite="strict"
    )


tokens = RefreshTokens(refresh_cookie(), lifetime=600)


def create_app() -> FastAPI:
    """Return an application with login, refresh and logout."""
    app = Application(outermost=[Middleware(OpenState, database=DATABASE)])

    @app.post("/auth/login")
    async def login(response: Response, issued: Annotated[Issued, Depends(tokens.started)]) -> None:
        tokens.cookie.set(response, issued.token)

    @app.post("/auth/refresh", responses=tokens.refusal())
    async def refresh(
        response: Response, issued: Annotated[Issued, Depends(tokens.rotated)]
    ) -> str:
        tokens.cookie.set(response, issued.token)
        return issued.user

    @app.post("/auth/logout", dependencies=[Depends(tokens.ended)])
    async def logout(response: Response) -> None:
        tokens.cookie.delete(response)

    return app


def token_of(response: httpx2.Response) -> str:
    """Return the token that an answer has set."""
    return set_cookie(response, "__Secure-refresh")[0].removeprefix("__Secure-refresh=")


def send(client: TestClient, path: str, token: str) -> httpx2.Response:
    """Send a request with this token alone."""
    return client.post(path, headers=[(b"Cookie", f"__Secure-refresh={token}".encode())])


@pytest.fixture
def client(state_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[TestClient]:
    """Yield the client of a new application, with each kind of store."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("APP_LOGIN_PASSWORD", "correct horse")
    with TestClient(create_app(), base_url="https://testserver") as client:
        yield client


def test_login_sets_the_cookie(client: TestClient) -> None:
    """With the declared flags and a token that cannot be guessed."""
    response = client.post("/auth/login", json=GOOD)
    assert response.status_code == 200
    token = token_of(response)
    assert [len(part) for part in token.split(".")] == [22, 22, 43]
    assert sorted(set_cookie(response, "__Secure-refresh")) == [
        "HttpOnly",
        "Max-Age=60",
        "Path=/auth",
        "SameSite=strict",
        "Secure",
        f"__Secure-refresh={token}",
    ]


def test_refresh_gives_the_next_token(client: TestClient) -> None:
    """Again and again, of the same family."""
    token = token_of(client.post("/auth/login", json=GOOD))
    seen = {token}
    for _ in range(3):
        response = client.post("/auth/refresh")
        assert (response.status_code, response.json()) == (200, "admin")
        assert token_of(response).rpartition(".")[0] == token.rpartition(".")[0]
        seen.add(token_of(response))
    assert len(seen) == 4


def test_repeated_use_ends_the_family(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    """The thief's token and the owner's, but not those of another login."""
    stolen = with_store(client, tokens.open, "ana")
    other = with_store(client, tokens.open, "ana")
    newest = token_of(send(client, "/auth/refresh", stolen))
    caplog.clear()
    assert send(client, "/auth/refresh", stolen).status_code == 401
    assert send(client, "/auth/refresh", newest).status_code == 401
    assert send(client, "/auth/refresh", other).status_code == 200
    (record,) = caplog.records
    assert (record.levelno, record.name) == (logging.WARNING, "app.http.refresh_tokens")
    assert record.message == "A refresh token of 'ana' was used again; its family is over"


def test_use_at_the_same_time_is_a_repeated_use(client: TestClient) -> None:
    """One gets the next token at most, and it is worth nothing."""
    token = with_store(client, tokens.open, "ana")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: send(client, "/auth/refresh", token), range(4)))
    winners = [answer for answer in answers if answer.status_code == 200]
    assert len(winners) <= 1
    for winner in winners:
        assert send(client, "/auth/refresh", token_of(winner)).status_code == 401


def test_without_token_nothing_is_deleted(client: TestClient) -> None:
    """Another site can send such a request: its browser holds the cookie back."""
    response = client.post("/auth/refresh")
    assert (response.status_code, response.json()) == (401, {"detail": "Log in again"})
    assert "set-cookie" not in response.headers
    assert undocumented(response, create_app().openapi()) == []


@pytest.mark.parametrize("token", ["x", "ä", ".", "a.b", "a.b.c", "a.b.c.d"])
def test_unknown_token_is_refused(client: TestClient, token: str) -> None:
    """With a challenge, and the browser drops it."""
    response = send(client, "/auth/refresh", token)
    assert (response.status_code, response.json()) == (401, {"detail": "Log in again"})
    assert response.headers["www-authenticate"] == 'Cookie realm="app"'
    assert response.headers["cache-control"] == "no-store"
    assert undocumented(response, create_app().openapi()) == []
    assert sorted(set_cookie(response, "__Secure-refresh")) == [
        "HttpOnly",
        "Max-Age=0",
        "Path=/auth",
        "SameSite=strict",
        "Secure",
        '__Secure-refresh=""',
        "expires=Thu, 01 Jan 1970 00:00:00 GMT",
    ]


def test_made_up_secret_ends_the_family(client: TestClient) -> None:
    """Whoever knows the rest has seen a token."""
    token = with_store(client, tokens.open, "ana")
    assert send(client, "/auth/refresh", token.rpartition(".")[0] + ".forged").status_code == 401
    assert send(client, "/auth/refresh", token).status_code == 401


def test_login_ends_the_earlier_family(client: TestClient) -> None:
    """Which nobody would end otherwise; its tokens do nothing to the one that follows."""
    first = token_of(client.post("/auth/login", json=GOOD))
    second = token_of(client.post("/auth/login", json=GOOD))
    statuses = [send(client, "/auth/refresh", one).status_code for one in (first, first, second)]
    assert statuses == [401, 401, 200]


def test_logins_at_the_same_time_leave_one_family(client: TestClient) -> None:
    """Each comes with the token of the family that was there before."""

    async def log_in(store: Store, earlier: str) -> list[str]:
        return await asyncio.gather(*(tokens.open(store, "ana", earlier) for _ in range(4)))

    earlier = with_store(client, tokens.open, "ana")
    found = [earlier, *with_store(client, log_in, earlier)]
    statuses = [send(client, "/auth/refresh", token).status_code for token in found]
    assert sorted(statuses) == [200, 401, 401, 401, 401]


def test_logout_ends_what_a_late_login_began(client: TestClient) -> None:
    """Though the browser holds the token of the one that was answered last."""
    earlier = with_store(client, tokens.open, "ana")
    held, newest = (with_store(client, tokens.open, "ana", earlier) for _ in range(2))
    send(client, "/auth/logout", held)
    assert send(client, "/auth/refresh", newest).status_code == 401


def test_logout_empties_the_client_session(client: TestClient) -> None:
    """What `request.session` holds belongs to who has logged out."""
    scope = {"type": "http", "headers": [], "session": {"cart": 1}}
    with_store(client, lambda store: tokens.ended(Request(scope), store))
    assert scope["session"] == {}


def test_logout_ends_the_family(client: TestClient) -> None:
    """On the server too; without a token it is no error."""
    token = token_of(client.post("/auth/login", json=GOOD))
    response = client.post("/auth/logout")
    assert response.status_code == 200
    assert "Max-Age=0" in set_cookie(response, "__Secure-refresh")
    assert send(client, "/auth/refresh", token).status_code == 401
    assert client.post("/auth/logout").status_code == 200


def test_family_ends_at_last(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often it is renewed."""
    now = 1_800_000_000.0
    clock = SimpleNamespace(time=lambda: now)
    monkeypatch.setattr("app.http.refresh_tokens.time", clock)
    token = with_store(client, tokens.open, "ana")
    now += 599.9
    issued = with_store(client, tokens.rotate, token)
    assert issued is not None
    now += 0.1
    assert with_store(client, tokens.rotate, issued.token) is None


@pytest.mark.parametrize(("max_age", "lifetime"), [(None, 60), (61, 60)])
def test_lifetimes_must_fit(max_age: int | None, lifetime: int) -> None:
    """A token that outlives its login is a mistake."""
    with pytest.raises(ValueError, match=r"refresh: max_age and a longer lifetime are needed$"):
        RefreshTokens(refresh_cookie(max_age=max_age), lifetime=lifetime)
    assert RefreshTokens(refresh_cookie(max_age=60), lifetime=60).max_age == 60


def test_document_names_the_cookie() -> None:
    """As a security scheme of what needs it."""
    operation = create_app().openapi()["paths"]["/auth/refresh"]["post"]
    assert operation["security"] == [{"__Secure-refresh": []}]

"""`app.http.login`: who may log in, and what everyone else is told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient

from app.http.login import UNAUTHORIZED, Issued, authenticated

GOOD = {"username": "admin", "password": "correct horse"}


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Set a password, away from the developer's own `.env` file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("APP_LOGIN_USER", raising=False)
    monkeypatch.setenv("APP_LOGIN_PASSWORD", "correct horse")


@pytest.fixture
def client() -> Iterator[TestClient]:
    """Yield the client of an application that says who logs in."""
    app = FastAPI()

    @app.post("/login")
    async def login(user: Annotated[str, Depends(authenticated)]) -> str:
        return user

    with TestClient(app) as client:
        yield client


def test_login(client: TestClient) -> None:
    """The answer is the name of the account."""
    response = client.post("/login", json=GOOD)
    assert (response.status_code, response.json()) == (200, "admin")


def test_token_does_not_print_itself() -> None:
    """Whoever sees it in a log could use it."""
    assert repr(Issued("ana", "secret")) == "Issued(user='ana')"


def test_user_name_is_a_setting(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """APP_LOGIN_USER."""
    monkeypatch.setenv("APP_LOGIN_USER", "ana")
    assert client.post("/login", json=GOOD).status_code == 401
    assert client.post("/login", json={**GOOD, "username": "ana"}).json() == "ana"


@pytest.mark.parametrize(
    "credentials",
    [
        {**GOOD, "password": "wrong"},
        {**GOOD, "password": ""},
        {**GOOD, "password": "correct horse "},
        {**GOOD, "username": "root"},
        {**GOOD, "username": ""},
        {**GOOD, "username": "ädmin", "password": "ß"},
    ],
)
def test_wrong_credentials_are_refused(client: TestClient, credentials: dict[str, str]) -> None:
    """401 with a challenge, and no word about which part was wrong."""
    response = client.post("/login", json=credentials)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Cookie realm="app"'
    assert response.headers["cache-control"] == "no-store"
    assert response.json() == {"detail": "Wrong user name or password"}


def test_half_a_character_is_refused(client: TestClient) -> None:
    """JSON can spell what UTF-8 cannot."""
    credentials = rb'{"username": "\ud800", "password": "\udfff"}'
    content_type = {"Content-Type": "application/json"}
    response = client.post("/login", content=credentials, headers=content_type)
    assert response.status_code == 401


@pytest.mark.parametrize("password", ["", "None", "**********"])
def test_nobody_logs_in_without_a_password_set(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    """The service is closed until somebody decides on a password."""
    monkeypatch.delenv("APP_LOGIN_PASSWORD")
    response = client.post("/login", json={**GOOD, "password": password})
    assert response.status_code == 401


def test_empty_password_is_no_password(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that is left empty opens nothing."""
    monkeypatch.setenv("APP_LOGIN_PASSWORD", "")
    assert client.post("/login", json={**GOOD, "password": ""}).status_code == 401


def test_unauthorized_is_described() -> None:
    """With the challenge, and as nothing that caches may keep."""
    assert UNAUTHORIZED[401]["description"] == "Not logged in"
    assert list(UNAUTHORIZED[401]["content"]) == ["application/json"]
    assert UNAUTHORIZED[401]["headers"] == {
        "WWW-Authenticate": {
            "description": "How to log in.",
            "required": True,
            "schema": {"type": "string"},
        },
        "Cache-Control": {
            "description": "Always `no-store`.",
            "required": True,
            "schema": {"type": "string"},
        },
    }

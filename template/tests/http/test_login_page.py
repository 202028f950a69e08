"""`app.http.login_page`: to the page with the form, back from it, and what others are told."""

from collections.abc import Iterator
from typing import Annotated

import pytest
from fastapi import Depends, Request
from fastapi.testclient import TestClient

from app.http.application import Application
from app.http.login_page import LOGIN_REFUSED, SENT_TO_LOGIN, LoginPage
from tests.wire import undocumented

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
GOOD = {"username": "admin", "password": "correct horse"}

page = LoginPage("/login")
app = Application()


async def with_token(request: Request) -> None:
    """Do what the CSRF check does."""
    request.state.csrf_token = 'token"<'


@app.post("/login", dependencies=[Depends(with_token)], responses=LOGIN_REFUSED)
async def log_in(user: Annotated[str, Depends(page.authenticated)]) -> str:
    """Answer with who has logged in."""
    return user


@app.get("/{rest:path}", responses=SENT_TO_LOGIN)
@app.head("/{rest:path}", responses=SENT_TO_LOGIN, include_in_schema=False)
@app.post("/{rest:path}", responses=SENT_TO_LOGIN)
async def closed(request: Request, rest: str) -> str:
    """Let nobody in."""
    raise page.refused(request)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """Yield a client that follows no redirects."""
    monkeypatch.setenv("APP_LOGIN_PASSWORD", "correct horse")
    with TestClient(app, follow_redirects=False) as client:
        yield client


@pytest.mark.parametrize("multipart", [False, True])
def test_form_logs_in(client: TestClient, *, multipart: bool) -> None:
    """However it is encoded."""
    files = {"unused": b""} if multipart else None
    response = client.post("/login", data=GOOD, files=files)
    assert (response.status_code, response.json()) == (200, "admin")


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"username": "root"}])
def test_browser_sees_the_page_again(client: TestClient, wrong: dict[str, str]) -> None:
    """With the same words whatever was wrong, and with the token of before."""
    response = client.post("/login?next=/a", data=GOOD | wrong, headers={"Accept": BROWSER})
    assert response.status_code == 401
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["www-authenticate"] == 'Cookie realm="app"'
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["vary"] == "Accept"
    assert "<title>Wrong user name or password</title>" in response.text
    assert '<form method="post">' in response.text, "it keeps the address, and with it the query"
    assert 'name="csrf_token" value="token&#34;&lt;"' in response.text
    assert "correct horse" not in response.text
    assert undocumented(response, app.openapi()) == []


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/json, text/html;q=0.9"])
def test_others_are_told(client: TestClient, accept: str) -> None:
    """In JSON that there is no page, and caches that there might be one."""
    wrong = client.post("/login", data=GOOD | {"password": "x"}, headers={"Accept": accept})
    assert wrong.json() == {"detail": "Wrong user name or password"}
    refused = client.get("/a", headers={"Accept": accept})
    assert refused.json() == {"detail": "Not logged in"}
    for response in (wrong, refused):
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == 'Cookie realm="app"'
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["vary"] == "Accept"
        assert undocumented(response, app.openapi()) == []


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("/a", "/login?next=/a"),
        ("/a?", "/login?next=/a"),
        ("/a?b=c&d=e%20f", "/login?next=/a%3Fb%3Dc%26d%3De%2520f"),
        ("/%C3%A4%3F100%25", "/login?next=/%25C3%25A4%253F100%2525"),
        ("//evil.example", "/login?next=//evil.example"),
    ],
)
def test_browser_is_sent_to_the_page(client: TestClient, address: str, target: str) -> None:
    """And the page knows where it was; whether that is safe, the redirect from there looks."""
    response = client.get(f"http://testserver{address}", headers={"Accept": BROWSER})
    assert (response.status_code, response.headers["location"]) == (303, target)
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["vary"] == "Accept"
    assert undocumented(response, app.openapi()) == []


def test_head_is_sent_there_as_get_is(client: TestClient) -> None:
    """By an Accept in any number of lines."""
    accept = [("Accept", "application/json;q=0.1"), ("Accept", "text/html")]
    response = client.head("/a", headers=accept)
    assert (response.status_code, response.headers["location"]) == (303, "/login?next=/a")


def test_form_is_not_sent_again(client: TestClient) -> None:
    """After the login a browser would ask for its address by GET."""
    response = client.post("/a", headers={"Accept": BROWSER})
    assert (response.status_code, response.headers["location"]) == (303, "/login")


def test_page_is_below_the_prefix_of_a_proxy() -> None:
    """As the address is that was asked for."""
    client = TestClient(app, root_path="/api", follow_redirects=False)
    response = client.get("/a", headers={"Accept": BROWSER})
    assert response.headers["location"] == "/api/login?next=/api/a"


def test_answers_are_described() -> None:
    """A browser gets a page or is sent to one, others JSON."""
    assert LOGIN_REFUSED[401]["content"]["text/html"] == {"schema": {"type": "string"}}
    assert SENT_TO_LOGIN[303]["description"] == "A browser that is not logged in"
    assert set(SENT_TO_LOGIN[303]["headers"]) == {"Location", "Cache-Control", "Vary"}

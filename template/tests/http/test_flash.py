"""`app.http.flash`: left behind, shown once, gone."""

from typing import Annotated

import pytest
from fastapi import Depends, Response
from fastapi.responses import RedirectResponse
from fastapi.testclient import TestClient

from app.http.application import Application
from app.http.cookies import CookiePolicy
from app.http.flash import Flash
from tests.wire import set_cookie

notice = Flash(
    CookiePolicy(
        name="__Host-notice", max_age=60, path="/", secure=True, httponly=True, samesite="lax"
    )
)
app = Application()


@app.post("/posts")
async def save(text: str) -> RedirectResponse:
    """Leave a message and redirect."""
    response = RedirectResponse("/posts", 303)
    notice.set(response, text)
    return response


@app.get("/posts")
async def show(
    message: Annotated[str | None, Depends(notice.message)], response: Response
) -> str | None:
    """Show the message."""
    notice.clear(response, message)
    return message


@pytest.fixture
def client() -> TestClient:
    """Return a browser's client."""
    return TestClient(app, base_url="https://testserver", follow_redirects=False)


@pytest.mark.parametrize("text", ["Saved", "Žlutý ☕", 'a; Domain="b"\r\nc', "100 %", "<b>", ""])
def test_message_is_shown_once(client: TestClient, text: str) -> None:
    """On the page behind the redirect; not when that is loaded again."""
    response = client.post("/posts", params={"text": text})
    assert response.status_code == 303
    assert client.get("/posts").json() == text
    assert client.get("/posts").json() is None


def test_attributes(client: TestClient) -> None:
    """Set and deleted with the declared ones."""
    declared = ["HttpOnly", "Max-Age=60", "Path=/", "SameSite=lax", "Secure"]
    response = client.post("/posts", params={"text": "Saved / 1"})
    assert set_cookie(response, "__Host-notice") == ["__Host-notice=Saved%20%2F%201", *declared]
    response = client.get("/posts")
    assert set_cookie(response, "__Host-notice") == [
        '__Host-notice=""',
        "expires=Thu, 01 Jan 1970 00:00:00 GMT",
        *("HttpOnly", "Max-Age=0", "Path=/", "SameSite=lax", "Secure"),
    ]


def test_nothing_to_show(client: TestClient) -> None:
    """Then nothing is deleted either."""
    response = client.get("/posts")
    assert (response.status_code, response.json()) == (200, None)
    assert "set-cookie" not in response.headers


def test_cookie_is_described() -> None:
    """Deleted only when there was one."""
    assert notice.openapi_headers() == {
        "Set-Cookie": {
            "description": "Deletes the cookie `__Host-notice` when it was sent.",
            "required": False,
            "schema": {"type": "string", "pattern": "^__Host-notice="},
        }
    }
    (parameter,) = app.openapi()["paths"]["/posts"]["get"]["parameters"]
    assert (parameter["in"], parameter["name"]) == ("cookie", "__Host-notice")

"""`app.http.signed_cookies`: set, read again, and everything that counts as none."""

from types import SimpleNamespace
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI, Response
from fastapi.testclient import TestClient

from app.http.cookies import CookiePolicy
from app.http.signed_cookies import SignedCookie
from tests.wire import set_cookie

FLAGS: dict[str, Any] = {"path": "/", "secure": True, "httponly": True, "samesite": "lax"}
cart = SignedCookie(CookiePolicy(name="__Host-cart", max_age=60, **FLAGS))
app = FastAPI()


@app.post("/cart")
async def fill(response: Response) -> None:
    """Set the cookie."""
    cart.set(response, "3 × ☕")


@app.get("/cart")
async def show(value: Annotated[str | None, Depends(cart.value)]) -> str | None:
    """Return what is in it."""
    return value


@app.delete("/cart")
async def empty(response: Response) -> None:
    """Delete the cookie."""
    cart.delete(response)


@pytest.fixture
def client() -> TestClient:
    """Return a browser's client."""
    return TestClient(app, base_url="https://testserver")


def test_value_comes_back(client: TestClient) -> None:
    """As it was set, in a cookie with the declared attributes."""
    response = client.post("/cart")
    assert set_cookie(response, "__Host-cart")[1:] == [
        "HttpOnly",
        "Max-Age=60",
        "Path=/",
        "SameSite=lax",
        "Secure",
    ]
    assert client.get("/cart").json() == "3 × ☕"


def test_nothing_is_no_error(client: TestClient) -> None:
    """Whoever comes for the first time has no cookie."""
    response = client.get("/cart")
    assert (response.status_code, response.json()) == (200, None)


def test_changed_value_is_none(client: TestClient) -> None:
    """It was not made here."""
    cookie = {"Cookie": f"__Host-cart={cart.sign('a')[:-1]}"}
    response = client.get("/cart", headers=cookie)
    assert (response.status_code, response.json()) == (200, None)


def test_value_of_another_cookie_is_none() -> None:
    """Each cookie has signatures of its own."""
    other = SignedCookie(CookiePolicy(name="__Host-other", max_age=60, **FLAGS))
    assert cart.value_of(other.sign("a")) is None


@pytest.mark.parametrize(("later", "value"), [(60, "a"), (61, None)])
def test_value_ends(monkeypatch: pytest.MonkeyPatch, later: int, value: str | None) -> None:
    """With `max_age` of the cookie, also when a browser keeps it longer."""
    now = 1_800_000_000
    monkeypatch.setattr("itsdangerous.timed.time", SimpleNamespace(time=lambda: now))
    signed = cart.sign("a")
    now += later
    assert cart.value_of(signed) == value


def test_delete(client: TestClient) -> None:
    """With the attributes that it was set with."""
    assert set_cookie(client.delete("/cart"), "__Host-cart") == [
        '__Host-cart=""',
        "expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "HttpOnly",
        "Max-Age=0",
        "Path=/",
        "SameSite=lax",
        "Secure",
    ]


def test_lifetime_is_needed() -> None:
    """The server has to know when a value is over."""
    with pytest.raises(ValueError, match="__Host-a: a signed cookie needs max_age"):
        SignedCookie(CookiePolicy(name="__Host-a", **FLAGS))


def test_cookie_is_described() -> None:
    """What is set as a header, what is read as a parameter."""
    assert cart.openapi_headers()["Set-Cookie"]["description"] == "The cookie `__Host-cart`."
    (parameter,) = app.openapi()["paths"]["/cart"]["get"]["parameters"]
    assert (parameter["in"], parameter["name"]) == ("cookie", "__Host-cart")
    assert parameter["required"] is False

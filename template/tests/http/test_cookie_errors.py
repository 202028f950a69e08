"""`app.http.cookie_errors`: every cookie is on the error's answer."""

import pytest
from fastapi import FastAPI, Response
from fastapi.testclient import TestClient

from app.http.application import Application
from app.http.cookie_errors import ErrorWithCookies, documented_cookie_error
from app.http.cookies import CookiePolicy
from tests.wire import set_cookie

device = CookiePolicy(name="__Host-device", path="/", secure=True, httponly=True, samesite="lax")
csrf = CookiePolicy(name="csrf", path="/a", secure=True, httponly=False, samesite="strict")
retries = CookiePolicy(name="retries", path="/", secure=True, httponly=True, samesite="lax")


@pytest.fixture(params=[FastAPI, Application])
def client(request: pytest.FixtureRequest) -> TestClient:
    """Return a client of an endpoint that fails."""
    app: FastAPI = request.param()

    @app.get("/")
    async def fail(response: Response) -> None:
        response.headers["Dropped"] = "yes"
        raise ErrorWithCookies(
            401,
            "Not known any more",
            set_cookies={retries: "3"},
            delete_cookies=[device, csrf],
            headers={"WWW-Authenticate": "Bearer"},
        )

    @app.get("/plain")
    async def fail_plainly() -> None:
        raise ErrorWithCookies(404, "Gone")

    @app.get("/closed")
    async def fail_without_a_challenge() -> None:
        raise ErrorWithCookies(401, "Log in")

    return TestClient(app, base_url="https://testserver")


def test_cookies_are_sent(client: TestClient) -> None:
    """One set, two deleted, each with its own attributes."""
    response = client.get("/")
    assert set_cookie(response, "retries") == [
        "retries=3",
        *("HttpOnly", "Path=/", "SameSite=lax", "Secure"),
    ]
    epoch = "expires=Thu, 01 Jan 1970 00:00:00 GMT"
    assert set_cookie(response, "__Host-device") == [
        '__Host-device=""',
        epoch,
        *("HttpOnly", "Max-Age=0", "Path=/", "SameSite=lax", "Secure"),
    ]
    assert set_cookie(response, "csrf") == [
        'csrf=""',
        epoch,
        *("Max-Age=0", "Path=/a", "SameSite=strict", "Secure"),
    ]


def test_the_rest_is_that_of_the_error(client: TestClient) -> None:
    """Status, body and headers; what was set before on the injected Response is gone."""
    response = client.get("/")
    assert (response.status_code, response.json()) == (401, {"detail": "Not known any more"})
    assert response.headers["www-authenticate"] == "Bearer"
    assert "dropped" not in response.headers
    assert response.headers.get_list("content-length") == ["31"]


def test_cookies_may_be_missing(client: TestClient) -> None:
    """Then it is an error like any other."""
    response = client.get("/plain")
    assert (response.status_code, response.json()) == (404, {"detail": "Gone"})
    assert "set-cookie" not in response.headers


def test_401_has_a_challenge(client: TestClient) -> None:
    """RFC 9110 wants one on each."""
    response = client.get("/closed")
    assert response.headers["www-authenticate"] == 'Cookie realm="app"'


@pytest.mark.parametrize(
    ("status", "headers"), [(401, ["WWW-Authenticate", "Set-Cookie"]), (403, ["Set-Cookie"])]
)
def test_error_is_described(status: int, headers: list[str]) -> None:
    """With its cookie, and with the challenge of a 401."""
    described = documented_cookie_error(status, "Refused", device)[status]
    assert described["description"] == "Refused"
    assert list(described["headers"]) == headers
    assert all(header["required"] for header in described["headers"].values())
    assert list(described["content"]) == ["application/json"]

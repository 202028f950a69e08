"""`app.http.csrf`: who gets through, and everything that must not."""

import pytest
from fastapi import Depends
from fastapi.testclient import TestClient

from app.http.application import Application
from app.http.cookies import CookiePolicy
from app.http.csrf import FORBIDDEN, DoubleSubmit
from tests.wire import undocumented

SESSION = "session-token"
TOKEN = "bec729987fe9a5434322767d48b92e4abcee6ad517a46b4446c65d651f47553c"


def csrf_cookie(name: str = "__Host-csrf", *, httponly: bool = False) -> CookiePolicy:
    """Return the declaration of the cookie that scripts read."""
    return CookiePolicy(name=name, path="/", secure=True, httponly=httponly, samesite="strict")


guard = DoubleSubmit(csrf_cookie(), session="__Host-session")
app = Application()


@app.post("/transfer", dependencies=[Depends(guard.check)], responses=FORBIDDEN)
async def transfer() -> str:
    """Change something."""
    return "done"


@pytest.fixture
def client() -> TestClient:
    """Return a browser with a session and its token."""
    client = TestClient(app, base_url="https://testserver")
    client.cookies.update({"__Host-session": SESSION, "__Host-csrf": TOKEN})
    client.headers["X-CSRF-Token"] = TOKEN
    return client


def test_token_is_a_mac_of_the_session() -> None:
    """HMAC-SHA-256 under the session's token: the same in every worker, for this session only."""
    assert guard.token(SESSION) == TOKEN
    assert guard.token("other") != TOKEN


@pytest.mark.parametrize("site", [None, "same-origin", "none"])
def test_own_page_gets_through(client: TestClient, site: str | None) -> None:
    """Also from a browser that does not say where a request comes from."""
    if site:
        client.headers["Sec-Fetch-Site"] = site
    response = client.post("/transfer")
    assert (response.status_code, response.json()) == (200, "done")


@pytest.mark.parametrize("site", ["cross-site", "same-site", "Same-Origin", "x"])
def test_other_site_is_refused(client: TestClient, site: str) -> None:
    """A sister host too, whatever it sends besides."""
    client.headers["Sec-Fetch-Site"] = site
    response = client.post("/transfer")
    assert response.status_code == 403
    assert response.json() == {"detail": "Requests from other sites are refused"}
    assert undocumented(response, app.openapi()) == []


@pytest.mark.parametrize(
    ("session", "kept", "sent"),
    [
        (SESSION, TOKEN, None),
        (SESSION, TOKEN, ""),
        (SESSION, TOKEN, TOKEN[:-1]),
        (SESSION, TOKEN, TOKEN.upper()),
        (SESSION, TOKEN, "ä"),
        (SESSION, None, TOKEN),
        (SESSION, TOKEN[:-1], TOKEN),
        (SESSION, "", ""),
        (SESSION, "forged", "forged"),
        (SESSION, guard.token("other"), guard.token("other")),
        ("other", TOKEN, TOKEN),
        (None, TOKEN, TOKEN),
        (None, guard.token(""), guard.token("")),
        ("", guard.token(""), guard.token("")),
    ],
)
def test_wrong_token_is_refused(session: str | None, kept: str | None, sent: str | None) -> None:
    """Not repeated, not kept, made up, or of another session."""
    cookies = [("__Host-session", session), ("__Host-csrf", kept)]
    line = "; ".join(f"{name}={value}" for name, value in cookies if value is not None)
    headers = [(b"Cookie", line.encode())]
    if sent is not None:
        headers.append((b"X-CSRF-Token", sent.encode()))
    response = TestClient(app).post("/transfer", headers=headers)
    assert response.status_code == 403
    assert response.json() == {"detail": "The CSRF token is missing or wrong"}


@pytest.mark.parametrize(("name", "httponly"), [("__Host-csrf", True), ("csrf", False)])
def test_cookie_must_be_readable_and_of_this_host(name: str, *, httponly: bool) -> None:
    """By scripts, and not set by a subdomain."""
    with pytest.raises(ValueError, match=r"__Host- and no HttpOnly are needed$"):
        DoubleSubmit(csrf_cookie(name, httponly=httponly), session="__Host-session")


def test_document_names_both() -> None:
    """The header and the cookie that it repeats, without which nothing is done."""
    parameters = app.openapi()["paths"]["/transfer"]["post"]["parameters"]
    assert [(one["in"], one["name"], one["required"]) for one in parameters] == [
        ("header", "X-CSRF-Token", True),
        ("cookie", "__Host-csrf", True),
    ]
    assert parameters[0]["description"] == "What the cookie `__Host-csrf` holds."

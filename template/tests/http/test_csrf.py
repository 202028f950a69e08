"""`app.http.csrf`: who gets through, and everything that must not."""

from collections.abc import Iterator
from typing import Annotated

import pytest
from fastapi import Depends, File, Form, Request, UploadFile
from fastapi.testclient import TestClient

from app.http.application import Application
from app.http.cookies import CookiePolicy
from app.http.csrf import FORBIDDEN, TOKEN_FIELD, DoubleSubmit
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


@app.post(
    "/done",
    dependencies=[Depends(guard.check_form)],
    responses=FORBIDDEN,
    openapi_extra=TOKEN_FIELD,
)
async def done(request: Request) -> str:
    """Say which token was taken, without a form of its own."""
    token: str = request.state.csrf_token
    return token


@app.post("/form", dependencies=[Depends(guard.check_form)], responses=FORBIDDEN)
async def form(title: Annotated[str, Form()], file: Annotated[UploadFile, File()]) -> list[str]:
    """Read a form that has a file."""
    return [title, (await file.read()).decode()]


@app.get("/page", dependencies=[Depends(guard.for_page)])
async def page(request: Request) -> str:
    """Give out the token of the page."""
    token: str = request.state.csrf_token
    return token


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


@pytest.fixture
def browser() -> Iterator[TestClient]:
    """Yield a browser with a session and its token, without a script that could send it."""
    with TestClient(app, base_url="https://testserver") as browser:
        browser.cookies.update({"__Host-session": SESSION, "__Host-csrf": TOKEN})
        yield browser


@pytest.mark.parametrize("multipart", [False, True])
def test_form_may_hold_the_token(browser: TestClient, *, multipart: bool) -> None:
    """However it is encoded; what is sent by a script still stands in the header."""
    files = {"unused": b"x"} if multipart else None
    response = browser.post("/done", data={"csrf_token": TOKEN}, files=files)
    assert (response.status_code, response.json()) == (200, TOKEN)
    header = {"X-CSRF-Token": TOKEN}
    assert browser.post("/done", headers=header).json() == TOKEN
    assert browser.post("/done", headers=header, data={"csrf_token": "x"}).json() == TOKEN


def test_endpoint_has_the_whole_form(browser: TestClient) -> None:
    """The check leaves its files open."""
    data = {"csrf_token": TOKEN, "title": "t"}
    response = browser.post("/form", data=data, files={"file": b"content"})
    assert (response.status_code, response.json()) == (200, ["t", "content"])


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded", b""),
        ("application/x-www-form-urlencoded", b"csrf_token="),
        ("application/x-www-form-urlencoded", b"csrf_token=" + TOKEN[:-1].encode()),
        ("application/x-www-form-urlencoded", b"csrf_token=%ff"),
        ("application/x-www-form-urlencoded", b"CSRF_TOKEN=" + TOKEN.encode()),
        ("application/json", b'{"csrf_token": "%s"}' % TOKEN.encode()),
        ("text/plain", b"csrf_token=" + TOKEN.encode()),
        (
            "multipart/form-data; boundary=b; charset=utf-7",
            b'--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n+2AA-\r\n--b--\r\n',
        ),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="csrf_token"; filename="f"\r\n\r\n%s'
            b"\r\n--b--\r\n" % TOKEN.encode(),
        ),
    ],
)
def test_form_without_the_token_is_refused(
    browser: TestClient, content_type: str, body: bytes
) -> None:
    """Without it, with another one, or where no form can have it."""
    response = browser.post("/done", content=body, headers={"Content-Type": content_type})
    assert response.status_code == 403
    assert response.json() == {"detail": "The CSRF token is missing or wrong"}


def test_form_with_the_token_of_another_session_is_refused(browser: TestClient) -> None:
    """Even when form and cookie agree."""
    other = guard.token("other")
    headers = {"Cookie": f"__Host-session={SESSION}; __Host-csrf={other}"}
    response = browser.post("/done", data={"csrf_token": other}, headers=headers)
    assert response.status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_form_of_another_site_is_refused(browser: TestClient, site: str) -> None:
    """Whatever it knows."""
    headers = {"Sec-Fetch-Site": site}
    response = browser.post("/done", data={"csrf_token": TOKEN}, headers=headers)
    assert response.json() == {"detail": "Requests from other sites are refused"}
    assert undocumented(response, app.openapi()) == []


def test_form_before_a_login(browser: TestClient) -> None:
    """The page's own token counts, as there is no session, and no other one."""
    browser.cookies.clear()
    token = browser.get("/page").json()
    assert len(token) == 64
    assert browser.get("/page").json() != token
    for kept, sent, status in ((token, token, 200), (token, "x", 403), ("", "", 403)):
        headers = {"Cookie": f"__Host-csrf={kept}"}
        response = browser.post("/done", data={"csrf_token": sent}, headers=headers)
        assert response.status_code == status, (kept, sent)
    assert browser.post("/done", data={"csrf_token": token}).status_code == 403


@pytest.mark.parametrize(
    ("cookie", "token"),
    [
        (f"__Host-session={SESSION}", TOKEN),
        (f"__Host-session={SESSION}; __Host-csrf={'0' * 64}", TOKEN),
        (f"__Host-csrf={'0' * 64}", "0" * 64),
    ],
)
def test_page_has_the_token_that_is_checked(cookie: str, token: str) -> None:
    """That of the session, else the one of before: a form in another tab still works."""
    assert TestClient(app).get("/page", headers={"Cookie": cookie}).json() == token


@pytest.mark.parametrize("kept", ["", "x", "0" * 65, "G" * 64])
def test_page_keeps_no_token_that_is_none(kept: str) -> None:
    """Whoever can set the cookie might know it."""
    token = TestClient(app).get("/page", headers={"Cookie": f"__Host-csrf={kept}"}).json()
    assert token != kept
    assert len(token) == 64


def test_document_has_the_field() -> None:
    """As a part of the form that may be left out, as the header may, but not the cookie."""
    operation = app.openapi()["paths"]["/done"]["post"]
    (media_type,) = operation["requestBody"]["content"]
    assert media_type == "application/x-www-form-urlencoded"
    schema = operation["requestBody"]["content"][media_type]["schema"]
    assert schema == {"type": "object", "properties": {"csrf_token": {"type": "string"}}}
    assert [(one["name"], one["required"]) for one in operation["parameters"]] == [
        ("X-CSRF-Token", False),
        ("__Host-csrf", True),
    ]

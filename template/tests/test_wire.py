"""Each check of `tests.wire` is seen to fail."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from fastapi import FastAPI, HTTPException, WebSocket
from fastapi.responses import RedirectResponse, StreamingResponse
from fastapi.testclient import TestClient
from httpx2 import Request, Response

from tests.wire import (
    described_content,
    expires,
    exposed,
    handshake,
    set_cookie,
    undocumented,
    violations,
)

Headers = list[tuple[str, str]]

EXPIRES = "Sat, 31 Jan 2026 12:00:00 GMT"


def answer(
    status: int = 200,
    headers: Headers | None = None,
    content: bytes | None = None,
    request: tuple[str, str] = ("GET", "/items/1"),
) -> Response:
    """Return a response as a test client would have received it."""
    method, path = request
    sent = Request(method, f"https://testserver{path}")
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers or []]
    response = Response(status, headers=raw, request=sent)
    response._content = content or b""  # Response(content=...) would add a Content-Length
    return response


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (200, [("Content-Type", "application/json"), ("ETag", '"1"')]),
        (200, [("X-Tab", "a\tb")]),
        (204, []),
        (206, [("Content-Range", "bytes 0-1/9")]),
        (206, [("Content-Type", "multipart/byteranges; boundary=b")]),
        (303, [("Location", "/items/1")]),
        (304, [("ETag", '"1"')]),
        (401, [("WWW-Authenticate", "Bearer")]),
        (405, [("Allow", "GET")]),
        (302, [("Location", "/"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=1")]),
        (403, [("Set-Cookie", "a=1; SameSite=none; Secure")]),
        (403, [("Set-Cookie", "a=1; Partitioned; Secure")]),
        (403, [("Set-Cookie", "__Host-a=1; Path=/; Secure")]),
        (403, [("Set-Cookie", "__Secure-a=1; Domain=example.com; Path=/a; Secure")]),
        (403, [("Set-Cookie", "a=" + 4094 * "x")]),
        (200, [("Cache-Control", "public, s-maxage=60")]),
        (200, [("Set-Cookie", "a=1"), ("Cache-Control", "private, no-cache")]),
        (200, [("Set-Cookie", "a=1"), ("Cache-Control", "max-age=60, Private")]),
        (200, [("Set-Cookie", "a=1"), ("Cache-Control", "no-store"), ("Expires", EXPIRES)]),
    ],
)
def test_correct_answers_pass(status: int, headers: Headers) -> None:
    """What the standards allow is no violation."""
    assert violations(answer(status, headers)) == []


@pytest.mark.parametrize(
    ("status", "headers", "violation"),
    [
        (101, [], "status 101 is none of a final answer"),
        (600, [], "status 600 is none of a final answer"),
        (200, [("A", "b\r\nC: d")], "a contains a control character"),
        (200, [("A", "caf\xe9")], "a contains a character outside ASCII"),
        (200, [("A", "b\x00")], "a contains a control character"),
        (200, [("A", "b\x7f")], "a contains a control character"),
        (206, [], "status 206 needs either content-range or multipart/byteranges"),
        (
            206,
            [("Content-Type", "multipart/byteranges"), ("Content-Range", "bytes 0-1/9")],
            "status 206 needs either content-range or multipart/byteranges",
        ),
        (301, [], "status 301 needs location"),
        (302, [], "status 302 needs location"),
        (303, [], "status 303 needs location"),
        (307, [], "status 307 needs location"),
        (308, [], "status 308 needs location"),
        (401, [], "status 401 needs www-authenticate"),
        (405, [], "status 405 needs allow"),
        (407, [], "status 407 needs proxy-authenticate"),
        (416, [], "status 416 needs content-range"),
        (426, [], "status 426 needs upgrade"),
        (
            204,
            [("Content-Type", "text/plain")],
            "status 204 has content, or headers that describe it",
        ),
        (304, [("Content-Length", "1")], "status 304 has content, or headers that describe it"),
    ],
)
def test_broken_headers_are_found(status: int, headers: Headers, violation: str) -> None:
    """One violation, in words."""
    assert violations(answer(status, headers)) == [violation]


SHARED: list[tuple[str, int, Headers]] = [
    ("GET", 200, []),
    ("HEAD", 200, []),
    *(("GET", status, []) for status in (203, 204, 300, 404, 410, 414, 501)),
    ("GET", 405, [("Allow", "POST")]),
    ("GET", 206, [("Content-Range", "bytes 0-1/9")]),
    ("GET", 301, [("Location", "/")]),
    ("GET", 308, [("Location", "/")]),
    ("GET", 200, [("Last-Modified", EXPIRES)]),
    *(
        (method, 403, [("Cache-Control", directives)])
        for method in ("GET", "POST")
        for directives in (
            *("public", "private, public", "max-age=60", 'Max-Age="60", private="Own"'),
            *("private, S-MaxAge=60", "max-age=0", 'max-age=60, extension="a, private"'),
        )
    ),
    ("GET", 200, [("Cache-Control", "no-cache")]),
    ("GET", 200, [("Cache-Control", 'private="a, private, b"')]),
    ("GET", 403, [("Expires", EXPIRES)]),
    ("GET", 200, [("Cache-Control", "no-store"), ("CDN-Cache-Control", "max-age=60")]),
    ("GET", 200, [("Cache-Control", "private"), ("Surrogate-Control", "max-age=60")]),
]
UNSHARED: list[tuple[str, int, Headers]] = [
    ("GET", 403, []),
    ("GET", 304, []),
    ("POST", 200, []),
    ("DELETE", 404, []),
    ("GET", 403, [("Cache-Control", "no-cache")]),
    *(
        ("GET", 200, [("Last-Modified", EXPIRES), ("Cache-Control", directives)])
        for directives in ("private", "max-age=60, Private", "no-store", "private, s-max=60")
    ),
    ("GET", 200, [("Cache-Control", "private"), ("CDN-Cache-Control", "no-store")]),
]


@pytest.mark.parametrize(("method", "status", "headers"), SHARED)
def test_shared_cookies_are_found(method: str, status: int, headers: Headers) -> None:
    """What the answer says, or what it does not say, lets others get the cookie."""
    cookie = ("Set-Cookie", "a=1")
    found = violations(answer(status, [*headers, cookie], request=(method, "/items/1")))
    assert found == ["shared caches may store a cookie"]


@pytest.mark.parametrize(("method", "status", "headers"), UNSHARED)
def test_cookies_for_one_pass(method: str, status: int, headers: Headers) -> None:
    """Nobody else gets the cookie."""
    cookie = ("Set-Cookie", "a=1")
    assert violations(answer(status, [*headers, cookie], request=(method, "/items/1"))) == []


READERS: dict[str, dict[str, Any]] = {
    "cookie": {"parameters": [{"in": "query", "name": "a"}, {"in": "cookie", "name": "theme"}]},
    "login": {"security": [{"bearer": []}]},
    "header": {"parameters": [{"in": "header", "name": "Authorization"}]},
}


@pytest.mark.parametrize("reader", READERS)
def test_shared_personal_answers_are_found(reader: str) -> None:
    """By what the endpoint reads; also where the answer of this one request needs nothing of it."""
    document = {"paths": {"/items/1": {"get": READERS[reader], "post": READERS[reader]}}}
    for method, status, headers in SHARED:
        found = exposed(answer(status, headers, request=(method, "/items/1")), document)
        assert found == ["shared caches may store what depends on who asks"]
    for method, status, headers in UNSHARED:
        assert exposed(answer(status, headers, request=(method, "/items/1")), document) == []


def test_other_answers_may_be_shared() -> None:
    """An endpoint that asks for a header of another kind, and what is not described at all."""
    parameters = [{"in": "header", "name": "Accept-Language"}, {"in": "query", "name": "q"}]
    document = {"paths": {"/items/1": {"get": {"parameters": parameters}}}}
    assert exposed(answer(), document) == []
    assert exposed(answer(request=("GET", "/other")), document) == []


@pytest.mark.parametrize("status", [204, 304])
def test_content_without_headers_is_found(status: int) -> None:
    """These statuses have no content at all."""
    assert violations(answer(status, content=b"x")) == [
        f"status {status} has content, or headers that describe it"
    ]


@pytest.mark.parametrize(
    "name",
    [
        "access-control-allow-origin",
        "content-disposition",
        "content-length",
        "content-type",
        "etag",
        "last-modified",
        "location",
        "retry-after",
        "strict-transport-security",
    ],
)
def test_duplicates_are_found(name: str) -> None:
    """The second line of a header that has one value."""
    assert violations(answer(200, [(name, "1"), (name, "2")])) == [f"{name} is sent more than once"]


@pytest.mark.parametrize(
    ("line", "violation"),
    [
        ("__Host-a=1; Path=/", 'cookie __Host-a needs Secure, Path "/" and no Domain'),
        ("__Host-a=1; Secure", 'cookie __Host-a needs Secure, Path "/" and no Domain'),
        ("__Host-a=1; Path=/b; Secure", 'cookie __Host-a needs Secure, Path "/" and no Domain'),
        (
            "__host-a=1; Domain=example.com; Path=/; Secure",
            'cookie __host-a needs Secure, Path "/" and no Domain',
        ),
        ("__Secure-a=1", "cookie __Secure-a needs Secure"),
        ("a=1; SameSite=None", "cookie a with SameSite=None needs Secure"),
        ("a=1; Partitioned", "cookie a with Partitioned needs Secure"),
        ("a=" + 4095 * "x", "cookie a is longer than 4096 bytes"),
    ],
)
def test_broken_cookies_are_found(line: str, violation: str) -> None:
    """What makes a browser drop the cookie."""
    assert violations(answer(403, [("Set-Cookie", line)])) == [violation]


def test_cookie_set_twice_is_found() -> None:
    """Browsers keep one of them, and not all the same one."""
    headers = [("Set-Cookie", "a=1"), ("Set-Cookie", "a=2; Path=/")]
    assert violations(answer(403, headers)) == ["cookie a is set twice"]


def test_set_cookie_returns_the_parts() -> None:
    """Of the cookie with this name, not of one whose name starts with it."""
    headers = [("Set-Cookie", "ab=2"), ("Set-Cookie", "a=1=; HttpOnly; Path=/")]
    assert set_cookie(answer(200, headers), "a") == ["a=1=", "HttpOnly", "Path=/"]


def test_set_cookie_fails_without_the_cookie() -> None:
    """Names what was sent instead."""
    with pytest.raises(AssertionError, match=r"0 Set-Cookie lines for b among \['a=1'\]"):
        set_cookie(answer(200, [("Set-Cookie", "a=1")]), "b")


def test_set_cookie_fails_for_two_lines() -> None:
    """It is not clear which one would count."""
    with pytest.raises(AssertionError, match="2 Set-Cookie lines for a"):
        set_cookie(answer(200, [("Set-Cookie", "a=1"), ("Set-Cookie", "a=2")]), "a")


JSON: dict[str, Any] = {"application/json": {"schema": {}}}
DOCUMENT: dict[str, Any] = {
    "components": {"headers": {"Shared": {"required": True}}},
    "paths": {
        "/items/{item_id}": {
            "get": {
                "responses": {
                    "200": {
                        "content": JSON,
                        "headers": {
                            "ETag": {"required": True},
                            "Age": {"required": False},
                            "Set-Cookie": {"schema": {"pattern": "^a="}},
                            "Shared": {"$ref": "#/components/headers/Shared"},
                        },
                    },
                    "204": {"description": "No content, no headers"},
                    "205": {
                        "headers": {
                            "Set-Cookie": {
                                "schema": {
                                    "anyOf": [
                                        {"pattern": "^a=", "x-required": True},
                                        {"pattern": "^b=", "x-required": False},
                                    ]
                                }
                            }
                        }
                    },
                    "206": {"headers": {"Set-Cookie": {}}},
                    "4XX": {"content": JSON},
                }
            },
            "delete": {"responses": {"default": {"content": JSON}}},
        },
        "/items/latest": {"get": {"responses": {"200": {"content": {"text/csv": {}}}}}},
        "/files/{path}": {"get": {"responses": {"200": {"content": JSON}}}},
    },
}
GOOD = [("Content-Type", "application/json"), ("ETag", '"1"'), ("Shared", "1")]


@pytest.mark.parametrize(
    "response",
    [
        answer(200, GOOD),
        answer(200, [*GOOD, ("age", "0"), ("set-cookie", "a=1"), ("Content-Length", "2")]),
        answer(
            200, [("Content-Type", "text/csv; charset=utf-8")], request=("GET", "/items/latest")
        ),
        answer(200, [("Content-Type", "application/json")], request=("GET", "/files/a/b")),
        answer(204),
        answer(205, [("Set-Cookie", "b=1"), ("Set-Cookie", 'a=""; Max-Age=0')]),
        answer(205, [("Set-Cookie", "a=1")]),
        answer(206, [("Set-Cookie", "any=1")]),
        answer(404, [("Content-Type", "application/json")]),
        answer(200, [("Content-Type", "application/json")], request=("DELETE", "/items/1")),
        answer(200, [("Content-Type", "text/html")], request=("GET", "/docs")),
        answer(404, [("Content-Type", "text/html")], request=("GET", "/files/")),
        answer(405, [("Allow", "GET")], request=("POST", "/items/1")),
        answer(404, content=b'{"detail":"Not Found"}', request=("GET", "/files/a")),
        answer(500),
    ],
)
def test_documented_answers_pass(response: Response) -> None:
    """The answer is what the document says, or not an endpoint's at all."""
    assert undocumented(response, DOCUMENT) == []


@pytest.mark.parametrize(
    ("response", "difference"),
    [
        (answer(201, GOOD), "status 201 is not documented"),
        (
            answer(404, content=b'{"detail":"Gone"}', request=("GET", "/files/a")),
            "status 404 is not documented",
        ),
        (
            answer(200, [("Content-Type", "text/html"), *GOOD[1:]]),
            "media type text/html of status 200 is not documented",
        ),
        (
            answer(200, GOOD[:1], request=("GET", "/items/latest")),
            "media type application/json of status 200 is not documented",
        ),
        (
            answer(204, [("Content-Type", "text/plain")]),
            "media type text/plain of status 204 is not documented",
        ),
        (answer(200, GOOD[1:]), "status 200 lacks the documented content"),
        (
            answer(200, GOOD[1:], request=("HEAD", "/items/1")),
            "status 200 lacks the documented content",
        ),
        (answer(200, [*GOOD, ("Vary", "Origin")]), "header vary of status 200 is not documented"),
        (
            answer(204, [("Set-Cookie", "a=1")]),
            "header set-cookie of status 204 is not documented",
        ),
        (
            answer(422, [*GOOD[:1], ("A", "b")]),
            "header a of status 422 is not documented",
        ),
        (
            answer(200, [*GOOD, ("Set-Cookie", "b=1")]),
            "cookie b of status 200 is not documented",
        ),
        (
            answer(205, [("Set-Cookie", "a=1"), ("Set-Cookie", "ab=1")]),
            "cookie ab of status 205 is not documented",
        ),
        (
            answer(205, [("Set-Cookie", "b=1")]),
            "status 205 lacks the documented cookie ^a=",
        ),
        (answer(200, [GOOD[0], GOOD[2]]), "status 200 lacks the documented header etag"),
        (answer(200, GOOD[:2]), "status 200 lacks the documented header shared"),
    ],
)
def test_undocumented_answers_are_found(response: Response, difference: str) -> None:
    """One difference, in words."""
    assert undocumented(response, DOCUMENT) == [difference]


def test_described_content_is_that_of_the_answer() -> None:
    """Of its status; nothing for what is not described."""
    assert described_content(answer(200), DOCUMENT) == JSON
    assert described_content(answer(200, request=("GET", "/items/latest")), DOCUMENT) == {
        "text/csv": {}
    }
    assert described_content(answer(204), DOCUMENT) == {}
    assert described_content(answer(500), DOCUMENT) == {}
    assert described_content(answer(200, request=("GET", "/other")), DOCUMENT) == {}


def test_handshake_is_answered() -> None:
    """With 101, or with what refuses it; a cookie that browsers drop is found there too."""
    app = FastAPI()

    @app.websocket("/{how}")
    async def answer_as_told(websocket: WebSocket, how: str) -> None:
        if how == "denied":
            raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
        if how == "accepted":
            await websocket.accept(headers=[(b"set-cookie", b"a=1")])
        if how == "broken":
            await websocket.accept(headers=[(b"set-cookie", b"__Host-a=1")])
        await websocket.close()

    client = TestClient(app)
    accepted, denied, closed = (
        handshake(client, f"/{how}") for how in ("accepted", "denied", "closed")
    )
    assert (accepted.status_code, set_cookie(accepted, "a")) == (101, ["a=1"])
    assert (denied.status_code, denied.headers["www-authenticate"]) == (401, "Bearer")
    assert closed.status_code == 403
    with pytest.raises(AssertionError, match="__Host-a needs Secure"):
        handshake(client, "/broken")


def test_cookies_end_when_declared_or_in_400_days() -> None:
    """As browsers keep them."""
    assert expires(EXPIRES) == f"expires={EXPIRES}"
    latest = parsedate_to_datetime(expires("Sat, 31 Jan 2099 12:00:00 GMT").partition("=")[2])
    assert timedelta(days=398) < latest - datetime.now(UTC) <= timedelta(days=400)


BROKEN = {"Set-Cookie": "__Host-a=1"}


def careless_app() -> FastAPI:
    """Return an application that checks nothing: all its answers are broken but one."""
    app = FastAPI()

    @app.get("/right")
    async def right() -> None: ...

    @app.get("/whole")
    async def whole() -> None:
        raise HTTPException(401, headers=BROKEN)

    @app.get("/streamed")
    async def streamed() -> StreamingResponse:
        return StreamingResponse(iter("ab"), headers=BROKEN)

    @app.get("/redirected")
    async def redirected() -> RedirectResponse:
        return RedirectResponse("/right", headers=BROKEN)

    @app.websocket("/denied")
    async def denied(websocket: WebSocket) -> None:
        raise HTTPException(403, headers=BROKEN)

    return app


@pytest.mark.parametrize("path", ["/whole", "/streamed", "/redirected"])
def test_every_client_checks_answers(path: str) -> None:
    """Whole, streamed and on the way to another one, without anything asked for."""
    client = TestClient(careless_app())
    with pytest.raises(AssertionError, match="__Host-a needs Secure"):
        client.get(path)
    with pytest.raises(AssertionError, match="__Host-a needs Secure"):
        client.stream("GET", path, follow_redirects=True).__enter__()
    assert client.get("/right").status_code == 200


def test_every_client_checks_refused_handshakes() -> None:
    """Which are answers like any other."""
    session = TestClient(careless_app()).websocket_connect("/denied")
    with pytest.raises(AssertionError, match="__Host-a needs Secure"):
        session.__enter__()

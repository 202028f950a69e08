"""`app.http.cookie_header`: every reader finds a cookie under its own name, and the first of it."""

import time
from typing import Annotated, Any

import pytest
from fastapi import Cookie, Depends, Request, WebSocket
from fastapi.security import APIKeyCookie
from fastapi.testclient import TestClient
from pydantic import BaseModel
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from app.http.application import Application
from app.http.cookie_header import with_cookies_as_sent

NAME = "__Host-session"


class Cookies(BaseModel):
    """Cookies that are read together."""

    session: Annotated[str | None, Cookie(alias=NAME)] = None


class Seen:
    """Middleware that keeps what it reads."""

    def __init__(self, app: ASGIApp, values: list[str | None]) -> None:
        self.app, self.values = app, values

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        self.values.append(HTTPConnection(scope).cookies.get(NAME))
        await self.app(scope, receive, send)


class Sending:
    """A client whose Cookie lines are these bytes, which `TestClient` would encode."""

    def __init__(self, app: ASGIApp, *lines: bytes) -> None:
        self.app, self.lines = app, [(b"cookie", line) for line in lines]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, whose lines come first."""
        scope["headers"] = [*self.lines, *scope["headers"]]
        await self.app(scope, receive, send)


def create_app(*outermost: Middleware) -> Application:
    """Return an application that reads cookies in each way that FastAPI has."""
    app = Application(outermost=outermost)

    @app.get("/")
    async def read(
        request: Request,
        parameter: Annotated[str | None, Cookie(alias=NAME)] = None,
        key: Annotated[str | None, Depends(APIKeyCookie(name=NAME, auto_error=False))] = None,
    ) -> list[str | None]:
        return [request.cookies.get(NAME), parameter, key]

    @app.get("/model")
    async def model(cookies: Annotated[Cookies, Cookie()]) -> list[str | None]:
        return [cookies.session]

    @app.get("/all")
    async def everything(request: Request) -> dict[str, str]:
        return request.cookies

    @app.websocket("/socket")
    async def socket(
        websocket: WebSocket, parameter: Annotated[str | None, Cookie(alias=NAME)] = None
    ) -> None:
        await websocket.accept()
        await websocket.send_json([websocket.cookies.get(NAME), parameter])

    return app


def read(*lines: bytes) -> Any:
    """Return the cookies that an endpoint finds in these lines."""
    return TestClient(Sending(create_app(), *lines)).get("/all").json()


@pytest.mark.parametrize(
    "forged",
    [
        b"\xa0%s=theirs",
        b"\x85%s=theirs",
        b"%s\xa0=theirs",
        b"\x1f%s=theirs",
        b"\xa0\x85 %s\t=theirs",
    ],
)
@pytest.mark.parametrize("order", [1, -1])
def test_cookie_of_another_host_is_not_ours(forged: bytes, order: int) -> None:
    """No reader takes a name for another one, wherever its cookie stands."""
    pairs = [b"__Host-session=ours", forged % b"__Host-session"]
    for line, expected in ((pairs[1], None), (b"; ".join(pairs[::order]), "ours")):
        seen: list[str | None] = []
        client = TestClient(Sending(create_app(Middleware(Seen, seen)), line))
        answers = [client.get(path).json() for path in ("/", "/model")]
        with client.websocket_connect("/socket") as connection:
            answers.append(connection.receive_json())
        assert answers == [[expected] * 3, [expected], [expected] * 2]
        assert seen == [expected] * 3


@pytest.mark.parametrize(
    ("line", "cookies"),
    [
        (b"a=1; a=2", {"a": "1"}),
        (b"a=1;b=2 ;\tc\t=\t3", {"a": "1", "b": "2", "c": "3"}),
        (b"a=; b; X=X", {"a": "", "X": "X"}),
        (b"=__Host-a=1; __Host-b; \xa0=2; c=3", {"c": "3"}),
        (b"A=1; a=2; %61=3", {"A": "1", "a": "2", "%61": "3"}),
        (b"a=b=c; d=%3B%20e=f", {"a": "b=c", "d": "%3B%20e=f"}),
        (b"a[b]=1; c:d=2, e=3", {"a[b]": "1", "c:d": "2, e=3"}),
        (rb'a="b\054\073\"c"; d="e', {"a": 'b,;"c', "d": '"e'}),
        (b"a=voil\xc3\xa0; b=\xa0\xe4\x85", {"a": "voil\xc3\xa0", "b": "\xa0\xe4\x85"}),
        (b'a="b"\xa0', {"a": '"b"\xa0'}),
        (b"a\xa0=1; a=2", {"a": "2"}),
        (b"a=1\x01; a=2\x7f; a=3", {"a": "3"}),
        (b"; ;=;", {}),
        (b"a=" + b"x" * 4095 + b"; b=" + b"x" * 4096 + b"; c=1", {"a": "x" * 4095, "c": "1"}),
    ],
)
def test_cookies_are_read(line: bytes, cookies: dict[str, str]) -> None:
    """Names byte for byte, values without the quotes that `CookiePolicy.set` puts around some."""
    assert read(line) == cookies


def test_lines_are_one() -> None:
    """HTTP/2 sends a cookie in a line of its own; the first of a name still counts."""
    assert read(b"a=1; b=2", b"a=3", b"\xa0b=4", b"c=5") == {"a": "1", "b": "2", "c": "5"}


def test_other_headers_stay() -> None:
    """In their order, and in the scope of the server; without cookies nothing is new."""
    one, two, three = (b"one", b"1"), (b"two", b"2"), (b"two", b"3")
    scope = {"type": "http", "headers": [one, (b"cookie", b"a=1; a=2"), two, three]}
    assert with_cookies_as_sent(scope)["headers"] == [one, two, three, (b"cookie", b"a=1")]
    assert scope["headers"][1] == (b"cookie", b"a=1; a=2")
    without = {"type": "http", "headers": [one, two]}
    assert with_cookies_as_sent(without) is without


def test_long_cookie_takes_no_time() -> None:
    """Older versions of Python take seconds for the quotes of one that no browser would send."""
    line = b'a="' + b'\\"' * 30_000 + b'"; b=1'
    start = time.perf_counter()
    assert read(line) == {"b": "1"}
    assert time.perf_counter() - start < 1

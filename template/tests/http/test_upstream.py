"""`app.http.upstream`: what is passed on, what is not, and every way in which it fails."""

from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from threading import Thread
from types import SimpleNamespace
from typing import Annotated, Any

import pytest
from fastapi import Cookie, Depends
from fastapi import Response as Answer
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient
from httpx2 import (
    AsyncByteStream,
    AsyncClient,
    ConnectError,
    MockTransport,
    ReadTimeout,
    RemoteProtocolError,
    Request,
    Response,
)
from starlette.middleware import Middleware
from starlette.types import Message, Receive, Scope, Send

from app.http.application import Answered, Application
from app.http.openapi import documented
from app.http.upstream import (
    OpenUpstream,
    Upstream,
    UpstreamSettings,
    documented_upstream,
    upstream,
)
from app.settings import UnusableSettingsError
from tests.leaving import leave
from tests.wire import undocumented

app = Application(outermost=[Middleware(OpenUpstream)])
documents = documented_upstream(media_type="text/csv")


@app.get("/table", response_class=StreamingResponse, responses=documents)
async def table(service: Annotated[Upstream, Depends(upstream)]) -> StreamingResponse:
    """Pass on a table."""
    return await service.stream("/data/table", media_type="text/csv")


@app.get("/own-table", response_class=StreamingResponse, responses=documents)
async def own_table(
    service: Annotated[Upstream, Depends(upstream)], theme: Annotated[str, Cookie()] = ""
) -> StreamingResponse:
    """Pass on a table that is meant for one visitor."""
    return await service.stream("/data/table", media_type="text/CSV")


@app.get("/failing", response_class=StreamingResponse, responses=documents)
async def failing(service: Annotated[Upstream, Depends(upstream)]) -> StreamingResponse:
    """Fail with the answer in hand."""
    raise RuntimeError(await service.stream("/data/table", media_type="text/csv"))


@app.get("/known", response_class=StreamingResponse, responses=documents | documented(304))
async def known(service: Annotated[Upstream, Depends(upstream)]) -> StreamingResponse:
    """Answer with something else, although there is a table."""
    await service.stream("/data/table", media_type="text/csv")
    raise Answered(Answer(status_code=304))


ROWS = {"Content-Type": "text/csv; charset=utf-8"}


class Body(AsyncByteStream):
    """A body in three parts that knows whether it was closed."""

    def __init__(self, *, fails: bool = False) -> None:
        self.fails = fails
        self.closed = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the parts."""
        for part in (b"a,b\r\n", b"1,2\r\n", b"3,4\r\n"):
            yield part
            if self.fails:
                raise ReadTimeout("silent")

    async def aclose(self) -> None:
        """Note it."""
        self.closed += 1


class Service:
    """The service behind this one: what it answers, and what it was asked."""

    def __init__(self) -> None:
        self.answer: Response | Exception = Response(404)
        self.asked: list[Request] = []

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        self.asked.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    """Return a service that stands in for the one behind this one."""
    service = Service()
    monkeypatch.setenv("APP_UPSTREAM_URL", "https://behind.example/v1")
    transport = MockTransport(service.handle)
    monkeypatch.setattr("app.http.upstream.AsyncClient", partial(AsyncClient, transport=transport))
    return service


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    """Yield a client of the application."""
    assert service
    with TestClient(app) as client:
        yield client


def test_answer_is_passed_on(client: TestClient, service: Service) -> None:
    """Its bytes, and the headers that describe them; nothing else of it."""
    kept = {
        "Cache-Control": "private",
        "Content-Disposition": "attachment",
        "Content-Language": "en",
        "ETag": '"1"',
        "Expires": "Sat, 31 Jan 2026 12:00:00 GMT",
        "Last-Modified": "Sat, 31 Jan 2026 12:00:00 GMT",
    }
    dropped = {
        "Connection": "close, X-Own",
        "X-Own": "1",
        "Keep-Alive": "timeout=5",
        "Proxy-Authenticate": "Basic",
        "TE": "trailers",
        "Trailer": "Expires",
        "Transfer-Encoding": "chunked",
        "Upgrade": "h2c",
        "Set-Cookie": "session=theirs",
        "Server": "theirs",
        "Access-Control-Allow-Origin": "*",
    }
    body = Body()
    service.answer = Response(200, headers=ROWS | kept | dropped, stream=body)
    response = client.get("/table")
    assert (response.status_code, response.text) == (200, "a,b\r\n1,2\r\n3,4\r\n")
    lines = [(name.lower(), value) for name, value in (kept | ROWS).items()]
    assert sorted(response.headers.multi_items()) == sorted(lines)
    assert body.closed
    assert undocumented(response, app.openapi()) == []


@pytest.mark.parametrize("name", ["Übersicht", "日本"])
@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
def test_headers_are_passed_on_byte_for_byte(service: Service, name: str, encoding: str) -> None:
    """Which need not be ASCII, nor text (RFC 9110, section 5.5)."""
    disposition = b'attachment; filename="%s.csv"' % name.encode(encoding, errors="replace")
    headers = [(b"Content-Type", b"text/csv"), (b"Content-Disposition", disposition)]
    service.answer = Response(200, headers=headers, stream=Body())
    sent: list[Any] = []

    async def keep(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_without(message: Message) -> None:
            sent.extend(message.pop("headers", []))  # the test client can read ASCII only
            await send(message)

        await app(scope, receive, send_without)

    with TestClient(keep) as client:
        assert client.get("/table").status_code == 200
    assert sent == [(name.lower(), value) for name, value in headers]


def test_what_connection_names_is_dropped(client: TestClient, service: Service) -> None:
    """Whatever it is (RFC 9110, section 7.6.1)."""
    sent = {"Connection": "ETag,content-language", "ETag": '"1"', "Content-Language": "en"}
    service.answer = Response(200, headers=ROWS | sent, stream=Body())
    assert client.get("/table").headers.multi_items() == [("content-type", ROWS["Content-Type"])]


def test_length_beside_chunks_is_dropped(client: TestClient, service: Service) -> None:
    """It may be another one, and servers cut off what is longer (RFC 9112, section 6.3)."""
    sent = {"Content-Length": "5", "Transfer-Encoding": "chunked"}
    service.answer = Response(200, headers=ROWS | sent, stream=Body())
    response = client.get("/table")
    assert response.headers.multi_items() == [("content-type", ROWS["Content-Type"])]
    assert response.text == "a,b\r\n1,2\r\n3,4\r\n"


@pytest.mark.parametrize(
    ("sent", "age"),
    [
        ({}, None),
        ({"Age": "0"}, "3"),
        ({"Age": "50"}, "53"),
        ({"Age": "50, 70"}, "53"),
        ({"Age": "-1"}, None),
        ({"Age": "5.0"}, None),
        ({"Age": "9" * 5000}, None),
        ({"Date": "Sat, 31 Jan 2026 12:00:00 GMT"}, "63"),
        ({"Date": "Sat, 31 Jan 2026 12:00:00 GMT", "Age": "50"}, "63"),
        ({"Date": "Sat, 31 Jan 2026 12:00:00 GMT", "Age": "80"}, "83"),
        ({"Date": "Sat, 31 Jan 2026 13:00:00 GMT"}, None),
        ({"Date": "yesterday"}, None),
        ({"Date": "Sat, 31 Jan 99999 12:00:00 GMT"}, None),
    ],
)
def test_age_is_passed_on(
    client: TestClient,
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
    sent: dict[str, str],
    age: str | None,
) -> None:
    """Or computed, since the server writes a Date of its own: else `max-age` would begin anew.

    The service took three seconds to answer.
    """
    times = iter([1769860860.0, 1769860863.5])
    monkeypatch.setattr("app.http.upstream.time", SimpleNamespace(time=lambda: next(times)))
    headers = ROWS | sent | {"Cache-Control": "max-age=60"}
    service.answer = Response(200, headers=headers, stream=Body())
    response = client.get("/table")
    assert response.headers.get("age") == age
    assert "date" not in response.headers
    assert undocumented(response, app.openapi()) == []


@pytest.mark.parametrize("path", ["/table", "/own-table"])
@pytest.mark.parametrize("sent", ["Text/CSV", "text/csv ;header=present"])
def test_media_type_is_the_same_in_any_case(
    client: TestClient, service: Service, path: str, sent: str
) -> None:
    """And with any parameters (RFC 9110, section 8.3.1)."""
    service.answer = Response(200, headers={"Content-Type": sent}, stream=Body())
    response = client.get(path)
    assert (response.status_code, response.headers["content-type"]) == (200, sent)


def test_length_is_passed_on(client: TestClient, service: Service) -> None:
    """So that clients notice when something is missing."""
    service.answer = Response(200, headers=ROWS | {"Content-Length": "15"}, stream=Body())
    assert client.get("/table").headers["content-length"] == "15"


@pytest.mark.parametrize(
    ("sent", "passed_on"),
    [
        ({}, "private, no-cache"),
        ({"Cache-Control": "public, max-age=600"}, "private, no-cache"),
        ({"Cache-Control": "No-Store"}, "No-Store"),
    ],
)
def test_private_answer_is_for_one_visitor(
    client: TestClient, service: Service, sent: dict[str, str], passed_on: str
) -> None:
    """Whatever the service says, which does not know the visitor."""
    service.answer = Response(200, headers=ROWS | sent, stream=Body())
    response = client.get("/own-table")
    assert response.headers.get_list("cache-control") == [passed_on]
    assert undocumented(response, app.openapi()) == []


def test_nothing_of_the_request_is_sent(client: TestClient, service: Service) -> None:
    """Neither credentials nor an encoding that only the client knows."""
    service.answer = Response(200, headers=ROWS, stream=Body())
    headers = {"Authorization": "Bearer x", "Cookie": "a=1", "Accept-Encoding": "br", "Own": "1"}
    client.get("/table?url=https://evil.example", headers=headers)
    (asked,) = service.asked
    assert str(asked.url) == "https://behind.example/v1/data/table"
    sent = asked.headers
    assert not {"authorization", "cookie", "own"} & sent.keys()
    assert (sent["accept"], sent["accept-encoding"]) == ("text/csv", "identity")


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (Response(404, headers=ROWS), 404),
        (Response(401, headers=ROWS), 502),
        (Response(204), 502),
        (Response(206, headers=ROWS), 502),
        (Response(301, headers={"Location": "https://evil.example"}), 502),
        (Response(500, headers=ROWS), 502),
        (Response(200, headers={"Content-Type": "text/html"}), 502),
        (Response(200), 502),
        (Response(200, headers=ROWS | {"Content-Encoding": "br"}), 502),
        (Response(200, headers=ROWS | {"ETag": '"\x01"'}), 502),
        (Response(200, headers=ROWS | {"Connection": "content-type"}), 502),
        (Response(200, headers={"Content-Type": "text/csv; a=b, text/html"}), 502),
        (Response(200, headers=[*ROWS.items(), ("Content-Type", "text/html")]), 502),
        (ConnectError("nobody there"), 502),
        (RemoteProtocolError("no HTTP"), 502),
        (ReadTimeout("silent"), 504),
    ],
)
def test_failures_are_told_apart(
    client: TestClient, service: Service, answer: Response | Exception, status: int
) -> None:
    """Nothing that the service says about itself is passed on."""
    service.answer = answer
    response = client.get("/table")
    assert response.status_code == status
    assert response.json()["detail"].startswith("The service behind this one ")
    assert "location" not in response.headers
    assert undocumented(response, app.openapi()) == []


def test_connections_of_each_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Idle ones are few and young: the service may close older ones just when they are used.

    Trusted certificates are loaded once.
    """
    opened: list[dict[str, Any]] = []

    def open_client(**options: Any) -> AsyncClient:
        opened.append(options)
        return AsyncClient(**options)

    monkeypatch.setattr("app.http.upstream.AsyncClient", open_client)
    for _ in range(2):
        with TestClient(app):
            pass
    assert isinstance(opened[0]["verify"], SSLContext)
    assert opened[0]["verify"] is opened[1]["verify"]
    limits = opened[0]["limits"]
    assert (limits.max_keepalive_connections, limits.keepalive_expiry) == (20, 3)


def test_no_service_is_set() -> None:
    """It is as good as not there."""
    with TestClient(app) as client:
        assert client.get("/table").status_code == 502


def test_cookies_of_the_service_are_not_kept(client: TestClient, service: Service) -> None:
    """They would go out with the requests of other visitors."""
    for _ in range(2):
        service.answer = Response(404, headers={"Set-Cookie": "session=theirs; Path=/"})
        client.get("/table")
    assert ["cookie" in request.headers for request in service.asked] == [False, False]


def test_answer_that_breaks_off_is_no_whole_one(client: TestClient, service: Service) -> None:
    """The status has left by then, so the server has to close the connection."""
    body = Body(fails=True)
    service.answer = Response(200, headers=ROWS, stream=body)
    with pytest.raises(ReadTimeout):
        client.get("/table")
    assert body.closed


@pytest.mark.parametrize("specification", ["2.3", "2.4"])
def test_connection_is_closed_when_the_client_leaves(
    client: TestClient, service: Service, specification: str
) -> None:
    """The service need not send the rest."""
    body = Body()
    service.answer = Response(200, headers=ROWS, stream=body)
    assert leave(app, "/table", specification, client.app_state) == 5
    assert body.closed


def test_connection_is_closed_when_nobody_listens(client: TestClient, service: Service) -> None:
    """Although nothing of the answer was read."""
    body = Body()
    service.answer = Response(200, headers=ROWS, stream=body)

    async def unheard(scope: Scope, receive: Receive, _: Send) -> None:
        async def send(_: Message) -> None:
            raise OSError("the client has left")

        await app(scope, receive, send)

    assert leave(unheard, "/table", "2.4", client.app_state) == 0
    assert body.closed


@pytest.mark.parametrize("path", ["/failing", "/known"])
def test_connection_is_closed_without_an_answer(service: Service, path: str) -> None:
    """Else it would be lost, each time."""
    body = Body()
    service.answer = Response(200, headers=ROWS, stream=body)
    with TestClient(app, raise_server_exceptions=False) as client:
        assert client.get(path).status_code == {"/failing": 500, "/known": 304}[path]
        assert body.closed


def test_refused_answer_is_closed(client: TestClient, service: Service) -> None:
    """So that its connection serves the next request."""
    body = Body()
    service.answer = Response(500, headers=ROWS, stream=body)
    client.get("/table")
    assert body.closed


def test_connection_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """From one request to the next, until this service stops."""
    connections = set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            connections.add(self.client_address)
            self.send_response(200)
            self.send_header("Content-Type", "text/csv")
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"a,b\r\n")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("APP_UPSTREAM_URL", f"http://127.0.0.1:{server.server_port}")
        with TestClient(app) as client:
            assert [client.get("/table").text for _ in range(3)] == ["a,b\r\n"] * 3
            opened = client.app_state["upstream"]
        server.shutdown()
    assert len(connections) == 1
    assert opened.is_closed


@pytest.mark.parametrize(("value", "seconds"), [("", 10), ("0.5", 0.5)])
def test_time_out_is_a_setting(
    monkeypatch: pytest.MonkeyPatch, service: Service, value: str, seconds: float
) -> None:
    """In seconds; ten of them when it is not set."""
    monkeypatch.setenv("APP_UPSTREAM_TIMEOUT", value)
    with TestClient(app) as client:
        client.get("/table")
    assert [request.extensions["timeout"]["read"] for request in service.asked] == [seconds]


@pytest.mark.parametrize("value", ["soon", "0", "-1", "nan", "inf"])
def test_other_time_outs_are_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """Some seconds, but not for ever."""
    monkeypatch.setenv("APP_UPSTREAM_TIMEOUT", value)
    with pytest.raises(UnusableSettingsError, match=r"\AAPP_UPSTREAM_TIMEOUT: Input should be "):
        UpstreamSettings.current()


@pytest.mark.parametrize(
    "url",
    [
        *("host", "ftp://host", "http://", "http://:secret@", "http://:sec/ret@host", "//host"),
        *("http://host:secret", "http://host?secret", "http://host/#secret", "http://:1#2@host"),
        *("http://a b", "http://a..b", "http://[::1", "http://[::::]", "http://host/%secret"),
    ],
)
def test_other_addresses_are_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """What can be read in two ways would show a part of the password."""
    monkeypatch.setenv("APP_UPSTREAM_URL", url)
    with pytest.raises(UnusableSettingsError, match=r"\AAPP_UPSTREAM_URL: it is no ") as refused:
        UpstreamSettings.current()
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("login", ["", "ana:s%2Fe@", "ana@"])
def test_password_is_sent_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, service: Service, login: str
) -> None:
    """The address of each request is logged."""
    monkeypatch.setenv("APP_UPSTREAM_URL", f"https://{login}behind.example/v1")
    service.answer = Response(200, headers=ROWS, stream=Body())
    with TestClient(app) as client:
        assert client.get("/table").status_code == 200
    (asked,) = service.asked
    assert str(asked.url) == "https://behind.example/v1/data/table"
    credentials = {"ana:s%2Fe@": "ana:s/e", "ana@": "ana:"}.get(login)
    expected = credentials and f"Basic {b64encode(credentials.encode()).decode()}"
    assert asked.headers.get("authorization") == expected


def test_promises_are_documented() -> None:
    """None of the headers is one: the service decides."""
    assert list(documents) == [200, 404, 502, 504]
    headers = documents[200]["headers"]
    assert sorted(headers) == [
        "Age",
        "Cache-Control",
        "Content-Disposition",
        "Content-Language",
        "ETag",
        "Expires",
        "Last-Modified",
    ]
    assert not any(one["required"] for one in headers.values())

"""`app.http.upstream`: what is passed on, what is not, and every way in which it fails."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI
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

from app.http.upstream import Upstream, UpstreamSettings, documented_upstream, upstream
from tests.leaving import leave
from tests.wire import undocumented, violations

app = FastAPI()
documents = documented_upstream(media_type="text/csv")


@app.get("/table", response_class=StreamingResponse, responses=documents)
async def table(service: Annotated[Upstream, Depends(upstream)]) -> StreamingResponse:
    """Pass on a table."""
    return await service.stream("/data/table", media_type="text/csv")


client = TestClient(app)
asked: list[Request] = []
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


def connect(monkeypatch: pytest.MonkeyPatch, answer: Response | Exception) -> None:
    """Stand in for the service behind this one."""

    def handle(request: Request) -> Response:
        asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    asked.clear()
    monkeypatch.setenv("APP_UPSTREAM_URL", "https://behind.example/v1")
    monkeypatch.setattr(
        "app.http.upstream.AsyncClient", partial(AsyncClient, transport=MockTransport(handle))
    )


def test_answer_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its bytes, and the headers that describe them; nothing else of it."""
    kept = {
        "Cache-Control": "private",
        "Content-Disposition": "attachment",
        "Content-Language": "en",
        "ETag": '"1"',
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
    connect(monkeypatch, Response(200, headers=ROWS | kept | dropped, stream=body))
    response = client.get("/table")
    assert (response.status_code, response.text) == (200, "a,b\r\n1,2\r\n3,4\r\n")
    lines = [(name.lower(), value) for name, value in (kept | ROWS).items()]
    assert sorted(response.headers.multi_items()) == sorted(lines)
    assert body.closed
    assert violations(response) == []
    assert undocumented(response, app.openapi()) == []


def test_length_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that clients notice when something is missing."""
    connect(monkeypatch, Response(200, headers=ROWS | {"Content-Length": "15"}, stream=Body()))
    assert client.get("/table").headers["content-length"] == "15"


def test_nothing_of_the_request_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither credentials nor an encoding that only the client knows."""
    connect(monkeypatch, Response(200, headers=ROWS, stream=Body()))
    headers = {"Authorization": "Bearer x", "Cookie": "a=1", "Accept-Encoding": "br", "Own": "1"}
    client.get("/table?url=https://evil.example", headers=headers)
    assert [str(request.url) for request in asked] == ["https://behind.example/v1/data/table"]
    sent = asked[0].headers
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
        (ConnectError("nobody there"), 502),
        (RemoteProtocolError("no HTTP"), 502),
        (ReadTimeout("silent"), 504),
    ],
)
def test_failures_are_told_apart(
    monkeypatch: pytest.MonkeyPatch, answer: Response | Exception, status: int
) -> None:
    """Nothing that the service says about itself is passed on."""
    connect(monkeypatch, answer)
    response = client.get("/table")
    assert response.status_code == status
    assert response.json()["detail"].startswith("The service behind this one ")
    assert "location" not in response.headers
    assert undocumented(response, app.openapi()) == []


def test_no_service_is_set() -> None:
    """It is as good as not there."""
    assert client.get("/table").status_code == 502


def test_answer_that_breaks_off_is_no_whole_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The status has left by then, so the server has to close the connection."""
    body = Body(fails=True)
    connect(monkeypatch, Response(200, headers=ROWS, stream=body))
    with pytest.raises(ReadTimeout):
        client.get("/table")
    assert body.closed


@pytest.mark.parametrize("specification", ["2.3", "2.4"])
def test_connection_is_closed_when_the_client_leaves(
    monkeypatch: pytest.MonkeyPatch, specification: str
) -> None:
    """The service need not send the rest."""
    body = Body()
    connect(monkeypatch, Response(200, headers=ROWS, stream=body))
    assert leave(app, "/table", specification) == 5
    assert body.closed


def test_time_out_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """In seconds; ten of them when it is not set."""
    connect(monkeypatch, Response(404))
    client.get("/table")
    monkeypatch.setenv("APP_UPSTREAM_TIMEOUT", "0.5")
    UpstreamSettings.forget()
    client.get("/table")
    assert [request.extensions["timeout"]["read"] for request in asked] == [10, 0.5]


def test_promises_are_documented() -> None:
    """None of the headers is one: the service decides."""
    assert list(documents) == [200, 404, 502, 504]
    headers = documents[200]["headers"]
    assert sorted(headers) == [
        "Cache-Control",
        "Content-Disposition",
        "Content-Language",
        "ETag",
        "Last-Modified",
    ]
    assert not any(one["required"] for one in headers.values())

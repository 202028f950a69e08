"""`app.http.compression`: what is compressed for whom, and what is said about it."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import HTTPException, Response, WebSocket
from fastapi.responses import FileResponse, PlainTextResponse, StreamingResponse
from fastapi.sse import EventSourceResponse
from fastapi.testclient import TestClient
from openapi_spec_validator import validate
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.application import Application
from app.http.compression import Compressed, accepts_gzip
from app.http.openapi import HeaderDescription, documented
from tests.wire import undocumented

app = Application(outermost=[Middleware(Compressed, minimum_size=500, level=5)])
TEXT = 500 * "a"


own = documented(200, HeaderDescription("Own", "Why."))


@app.get("/text", response_class=PlainTextResponse, responses=own)
async def text(size: int = 500, name: str = "Own", value: str = "1") -> Response:
    """Answer with text of that size, and one header."""
    return PlainTextResponse(size * "a", headers={name: value})


@app.get("/file", response_class=FileResponse)
def file() -> FileResponse:
    """Answer with a file."""
    return FileResponse("file.txt")


@app.get("/stream")
async def stream() -> StreamingResponse:
    """Answer in two short parts."""
    return StreamingResponse(iter(["a", "b"]), media_type="text/plain", headers={"ETag": '"1"'})


@app.get("/events")
async def events() -> Response:
    """Answer with an event."""
    return EventSourceResponse(iter(["data: 1\n\n"]))


@app.get("/error")
async def error() -> None:
    """Fail with a long detail."""
    raise HTTPException(404, TEXT)


@app.get("/unchanged", status_code=304)
async def unchanged(cache: str = "no-cache") -> Response:
    """Say that the client has it already."""
    return Response(status_code=304, headers={"ETag": '"1"', "Cache-Control": cache})


@app.websocket("/socket")
async def socket(websocket: WebSocket) -> None:
    """Say hello."""
    await websocket.accept()
    await websocket.send_text("hello")


client = TestClient(app, headers={"Accept-Encoding": "gzip"})


@pytest.fixture(autouse=True)
def _file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Store a file."""
    (tmp_path / "file.txt").write_text(TEXT)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("field", "accepted"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.1", True),
        ("gzip, deflate, br, zstd", True),
        ("*", True),
        ("br;q=1.0, *;q=0.5", True),
        ("gzip ; q=1", True),
        ("", False),
        ("br", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip;q=0.000, *", False),
        ("*;q=0", False),
        ("gzip;q=high", False),
        ("x-gzip-2", False),
    ],
)
def test_who_takes_gzip(field: str, accepted: bool) -> None:
    """Its own weight goes before that of `*`."""
    assert accepts_gzip(field) is accepted
    response = client.get("/text", headers={"Accept-Encoding": field})
    assert response.headers.get("content-encoding") == ("gzip" if accepted else None)
    assert response.headers["vary"] == "Accept-Encoding"
    assert response.text == TEXT


def test_fields_may_come_in_lines() -> None:
    """Which count as one (RFC 9110, section 5.3)."""
    accepted = [("Accept-Encoding", "br"), ("Accept-Encoding", "gzip")]
    assert client.get("/text", headers=accepted).headers["content-encoding"] == "gzip"
    known = [*accepted, ("If-None-Match", '"0"'), ("If-None-Match", 'W/"1"')]
    assert client.get("/unchanged", headers=known).headers["etag"] == 'W/"1"'


def test_answer_is_shorter() -> None:
    """By much, and says how long it is."""
    with client.stream("GET", "/text") as response:
        sent = b"".join(response.iter_raw())
    assert gzip.decompress(sent).decode() == TEXT
    assert response.headers["content-length"] == str(len(sent))
    assert len(sent) < 50
    assert undocumented(response, app.openapi()) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Content-Digest", "sha-256=:YQ==:"),
        ("Cache-Control", "private, no-transform"),
        ("Content-Encoding", "br"),
        ("Content-Type", "image/png"),
    ],
)
def test_what_must_stay_stays(name: str, value: str) -> None:
    """A checksum, who forbids it, what is compressed already; nor is its tag touched."""
    with client.stream("GET", "/text", params={"name": name, "value": value}) as response:
        assert b"".join(response.iter_raw()) == TEXT.encode()
    assert response.headers.get("content-encoding") == ("br" if value == "br" else None)
    assert response.headers["content-length"] == "500"


def test_short_answers_stay() -> None:
    """They would become longer."""
    assert "content-encoding" not in client.get("/text", params={"size": 499}).headers


@pytest.mark.parametrize(
    ("size", "tag", "sent"),
    [(500, '"1"', 'W/"1"'), (500, 'W/"1"', 'W/"1"'), (499, '"1"', '"1"')],
)
def test_strong_tag_becomes_weak(size: int, tag: str, sent: str) -> None:
    """Of what is compressed: its bytes are others."""
    params = {"size": str(size), "name": "ETag", "value": tag}
    assert client.get("/text", params=params).headers["etag"] == sent
    plain = client.get("/text", params=params, headers={"Accept-Encoding": "identity"})
    assert plain.headers["etag"] == tag


@pytest.mark.parametrize(
    ("known", "accepted", "sent"),
    [
        ('W/"1"', "gzip", 'W/"1"'),
        ('"0", W/"1", "1"', "gzip", 'W/"1"'),
        ('W/"0", "1"', "gzip", '"1"'),
        ('W/"0"', "gzip", '"1"'),
        (None, "gzip", '"1"'),
        ('W/"1"', "gzip;q=0", '"1"'),
        ('"1"', "identity", '"1"'),
    ],
)
def test_unchanged_is_described_as_what_it_was(known: str | None, accepted: str, sent: str) -> None:
    """A 304 has the tag and the Vary of the answer that the client knows (RFC 9110, 15.4.5)."""
    headers = {"Accept-Encoding": accepted, **({"If-None-Match": known} if known else {})}
    response = client.get("/unchanged", headers=headers)
    assert (response.status_code, response.headers["etag"]) == (304, sent)
    assert response.headers["vary"] == "Accept-Encoding"


def test_unchanged_stays_when_nobody_may_change_it() -> None:
    """It was not compressed either."""
    headers = client.get("/unchanged", params={"cache": "no-transform"}).headers
    assert headers["etag"] == '"1"'
    assert "vary" not in headers


def test_files_lose_their_ranges_only_when_they_are_compressed() -> None:
    """A part is never compressed, and its tag is that of the file."""
    whole = client.get("/file")
    assert whole.text == TEXT
    assert whole.headers["content-encoding"] == "gzip"
    assert "accept-ranges" not in whole.headers
    part = client.get("/file", headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.text) == (206, 10 * "a")
    assert "content-encoding" not in part.headers
    assert part.headers["accept-ranges"] == "bytes"
    assert f"W/{part.headers['etag']}" == whole.headers["etag"]


def test_streams_are_compressed_part_by_part() -> None:
    """Without a length; events are not, since some proxies wait for the end."""
    response = client.get("/stream")
    assert (response.headers["content-encoding"], response.text) == ("gzip", "ab")
    assert response.headers["etag"] == 'W/"1"'
    assert "content-length" not in response.headers
    assert "content-encoding" not in client.get("/events").headers


def test_errors_are_compressed() -> None:
    """Like other answers."""
    response = client.get("/error")
    assert response.headers["content-encoding"] == "gzip"
    assert response.json() == {"detail": TEXT}


def test_ranges_are_documented_as_they_are() -> None:
    """Not promised any more; the headers of compression are there for every answer."""
    app = Application(outermost=[Middleware(Compressed, minimum_size=500, level=5)])
    described = documented(200, HeaderDescription("Accept-Ranges", "Always `bytes`."))
    app.add_api_route("/", file, responses=described, response_class=FileResponse)
    document = app.openapi()
    validate(document)
    headers = document["paths"]["/"]["get"]["responses"]["200"]["headers"]
    assert sorted(headers) == ["Accept-Ranges", "Content-Encoding", "Vary"]
    assert headers["Accept-Ranges"]["required"] is False
    assert described[200]["headers"]["Accept-Ranges"]["required"] is True
    assert not any(one["required"] for one in document["components"]["headers"].values())


def test_websockets_and_lifespan_pass() -> None:
    """They have no content."""
    with TestClient(app) as other, other.websocket_connect("/socket") as connection:
        assert connection.receive_text() == "hello"


@pytest.mark.parametrize("accepted", ["gzip", "identity"])
@pytest.mark.parametrize(("chunks", "status"), [(0, 500), (2, 200)])
def test_stream_that_fails(accepted: str, chunks: int, status: int) -> None:
    """Before its first chunk, which the answer waits for, it is a 500 as any other."""

    class Marked:
        def __init__(self, app: ASGIApp) -> None:
            self.app = app

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            async def send_marked(message: Message) -> None:
                if message["type"] == "http.response.start":
                    message["headers"] = [*message["headers"], (b"mark", b"1")]
                await send(message)

            await self.app(scope, receive, send_marked)

    compressed = Middleware(Compressed, minimum_size=500, level=5)
    failing = Application(outermost=[Middleware(Marked), compressed])

    @failing.get("/", response_class=StreamingResponse)
    async def stream() -> AsyncIterator[str]:
        for _ in range(chunks):
            yield TEXT
        raise RuntimeError("the source has failed")

    client = TestClient(failing, raise_server_exceptions=False)
    response = client.get("/", headers={"Accept-Encoding": accepted})
    assert (response.status_code, response.headers["mark"]) == (status, "1")
    assert response.text == ("Internal Server Error" if status == 500 else chunks * TEXT)
    assert "content-encoding" not in response.headers or status == 200
    with pytest.raises(RuntimeError, match=r"\Athe source has failed\Z"):
        TestClient(failing).get("/", headers={"Accept-Encoding": accepted})

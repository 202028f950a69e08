"""What a generated project sends, byte for byte, from a real server."""

import json
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.generated.project import generate
from tests.generated.server import HOST, ask, ask_raw, chunks, converse, serve
from tests.generated.tour import SETTINGS, tour

SLOW = {
    "name": "stream_posts",
    "method": "GET",
    "path": "/posts",
    "response": {"pattern": "jsonl-stream", "fields": {"id": "int", "title": "str"}},
}
SLOWLY = {
    "async def": "def",
    "AsyncIterable": "Iterable",
    "    for _ in range(2):": """\
    import os, pathlib, time

    try:
        yield Item(id=1, title="first")
        while True:
            time.sleep(2)
            yield Item(id=2, title="second")
    finally:
        pathlib.Path(os.environ["LEFT"]).write_text("closed")
    for _ in range(2):""",
}
"""What its owner makes of the stub: a record each two seconds."""


@pytest.fixture(scope="module", params=["uvicorn app.main:app --http h11", "fastapi dev"])
def port(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Serve the preset `tour` on a free port of this machine, in each way its README names."""
    project = tour(tmp_path_factory.mktemp("served") / "service")
    with serve(project, *request.param.split(), settings=SETTINGS) as number:
        yield number


def test_model_header_and_cookie(port: int) -> None:
    """One line for each header, and the cookie with all its attributes."""
    answer = ask(port, "GET /posts/7")
    assert answer.status_line == b"HTTP/1.1 200 OK"
    assert answer.all(b"content-type") == [b"application/json"]
    assert answer.all(b"content-length") == [b"%d" % len(answer.body)]
    assert answer.all(b"cache-control") == [b"private, no-cache"]
    assert answer.all(b"set-cookie") == [
        b"last_viewed_post=example; HttpOnly; Max-Age=86400; Path=/; SameSite=lax; Secure"
    ]
    assert answer.body.startswith(b'{"id":7,')
    (timing,) = answer.all(b"server-timing")
    assert re.fullmatch(rb"endpoint;dur=\d+\.\d, total;dur=\d+\.\d", timing)


def test_no_content(port: int) -> None:
    """A 204 has neither a length nor a type, and deletes the cookie as it was set."""
    answer = ask(port, "DELETE /posts/7")
    assert answer.status_line == b"HTTP/1.1 204 No Content"
    assert (answer.all(b"content-length"), answer.all(b"content-type")) == ([], [])
    assert answer.body == b""
    assert answer.all(b"set-cookie") == [
        b'last_viewed_post=""; expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Max-Age=0; '
        b"Path=/; SameSite=lax; Secure"
    ]


def test_stream(port: int) -> None:
    """A stream is chunked, without a length; its headers come from dependencies."""
    answer = ask(port, "GET /exports/posts.csv")
    assert answer.all(b"transfer-encoding") == [b"chunked"]
    assert answer.all(b"content-length") == []
    assert answer.all(b"content-type") == [b"text/csv; charset=utf-8"]
    assert answer.all(b"content-disposition") == [b'attachment; filename="posts.csv"']
    assert len(answer.all(b"set-cookie")) == 2
    assert b"id,title\r\n'=1+1,example\r\n" in answer.body


def test_file_and_range(port: int) -> None:
    """A file can be asked for in parts, and says what it is."""
    answer = ask(port, "GET /files/handbook.pdf", "Range: bytes=5-8")
    assert answer.status_line == b"HTTP/1.1 206 Partial Content"
    assert (answer.body, answer.all(b"content-range")) == (b"0123", [b"bytes 5-8/15"])
    assert answer.all(b"content-disposition") == [b'inline; filename="handbook.pdf"']
    assert answer.all(b"accept-ranges") == [b"bytes"]


def test_upload(port: int) -> None:
    """A file larger than other bodies may be arrives; what is too large is not even read."""
    request, form = "PUT /profile/avatar", "Content-Type: multipart/form-data; boundary=b"
    part = b'--b\r\nContent-Disposition: form-data; name="avatar"; filename="a.png"\r\n'
    start = part + b"Content-Type: image/png\r\n\r\n"
    picture = b"\x89PNG\r\n\x1a\n" + bytes(4_999_992)
    answer = ask(port, request, form, body=start + picture + b"\r\n--b--\r\n")
    assert answer.status_line == b"HTTP/1.1 204 No Content"
    answer = ask(port, request, form, body=start + picture + b"0\r\n--b--\r\n")
    assert answer.status_line.startswith(b"HTTP/1.1 413 ")
    answer = ask(port, request, form, body=start + b"GIF89a\r\n--b--\r\n")
    assert answer.status_line == b"HTTP/1.1 415 Unsupported Media Type"
    assert b'"detail":"avatar takes image/png, image/jpeg"' in answer.body
    lines = [f"{request} HTTP/1.1", "Host: localhost", form, "Content-Length: 6048577", "", ""]
    answer = ask_raw(port, "\r\n".join(lines).encode() + start)
    assert answer.status_line.startswith(b"HTTP/1.1 413 ")
    assert answer.all(b"content-type") == [b"application/problem+json"]


def test_records_leave_together(port: int) -> None:
    """Lines of JSON Lines that are there at the same time are one chunk."""
    answer = ask(port, "GET /exports/posts.jsonl")
    assert answer.all(b"content-type") == [b"application/jsonl"]
    assert answer.all(b"cache-control") == [b"no-store"]
    line = b'{"id":1,"title":"example","published":"2026-01-31"}\n'
    assert chunks(answer.body) == [line + line]


def test_a_slow_record_does_not_wait(tmp_path: Path) -> None:
    """A client has the first line while the next is not there, and the generator ends with it."""
    project = generate(tmp_path / "service", endpoints=[SLOW], application=[])
    stub = project.folder / "app" / "endpoints" / "stream_posts.py"
    source = stub.read_text()
    for example, own in SLOWLY.items():
        assert example in source
        source = source.replace(example, own)
    stub.write_text(source)
    left = tmp_path / "left"
    with serve(project, "uvicorn", "app.main:app", settings={"LEFT": str(left)}) as port:
        start = time.monotonic()
        with socket.create_connection((HOST, port), 10) as client:
            client.sendall(b"GET /posts HTTP/1.1\r\nHost: localhost\r\n\r\n")
            received = b""
            while b'{"id":1,' not in received:
                received += client.recv(1_000)
        assert time.monotonic() - start < 1
        deadline = time.monotonic() + 10
        while not left.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert left.read_text() == "closed"


def test_events_are_resumed(port: int) -> None:
    """After a broken connection a browser says which event was the last."""
    credentials = b'{"username": "admin", "password": "correct horse"}'
    login = ask(port, "POST /login", "Content-Type: application/json", body=credentials)
    cookie = f"Cookie: {login.all(b'set-cookie')[0].decode().partition(';')[0]}"
    answer = ask(port, "GET /posts/events", cookie, "Last-Event-ID: 2")
    assert answer.all(b"content-type") == [b"text/event-stream; charset=utf-8"]
    assert answer.all(b"cache-control") == [b"private, no-cache"]
    assert answer.all(b"x-accel-buffering") == [b"no"]
    assert chunks(answer.body) == [
        b": connected\nretry: 3000\n\n",
        b'event: post-changed\ndata: {"id":1,"title":"example"}\nid: 3\n\n',
    ]
    anew = ask(port, "GET /posts/events", cookie, "Last-Event-ID: 4")
    assert [chunk.rpartition(b"id: ")[2] for chunk in chunks(anew.body)[1:]] == [
        b"1\n\n",
        b"2\n\n",
        b"3\n\n",
    ]
    assert ask(port, "GET /posts/events").status_line == b"HTTP/1.1 401 Unauthorized"


def test_refused_handshakes_say_why(port: int) -> None:
    """As any other request is refused: with the reason, the request's id and all other headers."""
    refusals = {
        "https://other.example": (b"HTTP/1.1 403 Forbidden", "Origin not allowed"),
        "https://app.example.com": (b"HTTP/1.1 401 Unauthorized", "Not logged in"),
    }
    for origin, (status_line, detail) in refusals.items():
        lines = [f"Origin: {origin}", "X-Request-ID: request-0001", "Sec-WebSocket-Version: 13"]
        asked = ["Host: localhost", "Upgrade: websocket", "Connection: Upgrade", *lines]
        key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
        request = "\r\n".join(["GET /posts/7/talk HTTP/1.1", *asked, key, "", ""])
        answer = converse(port, request.encode(), b"")
        assert answer.status_line == status_line
        assert answer.all(b"content-type") == [b"application/problem+json"]
        assert answer.all(b"content-length") == [b"%d" % len(answer.body)]
        assert answer.all(b"x-request-id") == [b"request-0001"]
        assert answer.all(b"x-frame-options") == [b"DENY"]
        problem = json.loads(answer.body)
        assert (problem["detail"], problem["request_id"]) == (detail, "request-0001")
        assert problem["instance"] == "/posts/7/talk"


def test_bytes_leave_in_blocks(port: int) -> None:
    """Of 64 KiB, however many lines are in them."""
    answer = ask(port, "GET /recordings/1")
    assert answer.all(b"content-type") == [b"video/mp4"]
    assert [len(chunk) for chunk in chunks(answer.body)] == [65_536, 65_536, 18_928]


def test_known_file_is_not_sent(port: int) -> None:
    """A 304 has no content and no headers that describe one."""
    full = ask(port, "GET /logo.png")
    assert full.body == b"0123456789"
    known = ask(port, "GET /logo.png", f"If-None-Match: {full.all(b'etag')[0].decode()}")
    assert known.status_line == b"HTTP/1.1 304 Not Modified"
    assert known.body == b""
    for name in (b"content-length", b"content-type", b"content-disposition"):
        assert known.all(name) == []
    assert known.all(b"etag") == full.all(b"etag")
    assert known.all(b"cache-control") == [b"public, max-age=60"]


def test_redirect_stays_on_this_site(port: int) -> None:
    """Whatever a link asks for."""
    assert ask(port, "GET /go?next=//evil.example").all(b"location") == [b"/about"]
    assert ask(port, "GET /go?next=/%5Cevil.example").all(b"location") == [b"/about"]
    assert ask(port, "GET /go?next=/posts/7").all(b"location") == [b"/posts/7"]


def log_in(port: int, *lines: str) -> tuple[str, list[str]]:
    """Log in, and return the cookie and its attributes."""
    credentials = b'{"username": "admin", "password": "correct horse"}'
    answer = ask(port, "POST /login", "Content-Type: application/json", *lines, body=credentials)
    assert answer.status_line == b"HTTP/1.1 204 No Content"
    (line,) = answer.all(b"set-cookie")
    cookie, *attributes = line.decode().split("; ")
    return cookie, attributes


def test_login_session_logout(port: int) -> None:
    """The session cookie opens the protected endpoint until the logout."""
    token, attributes = log_in(port)
    assert re.fullmatch(r"__Host-session=[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}", token)
    assert attributes == ["HttpOnly", "Max-Age=3600", "Path=/", "SameSite=lax", "Secure"]
    assert ask(port, "GET /account", f"Cookie: {token}").status_line == b"HTTP/1.1 200 OK"
    ask(port, "POST /logout", f"Cookie: {token}")
    refused = ask(port, "GET /account", f"Cookie: {token}")
    assert refused.status_line == b"HTTP/1.1 401 Unauthorized"
    assert refused.all(b"www-authenticate") == [b'Cookie realm="app"']


def test_second_login_ends_the_first(port: int) -> None:
    """Of two at the same moment one is left, and the logout of either ends it."""
    first, _ = log_in(port)
    with ThreadPoolExecutor(2) as pool:
        later = [cookie for cookie, _ in pool.map(log_in, [port] * 2, [f"Cookie: {first}"] * 2)]

    def statuses() -> list[bytes]:
        cookies = [first, *later]
        return [ask(port, "GET /account", f"Cookie: {one}").status_line[9:12] for one in cookies]

    assert statuses() in ([b"401", b"200", b"401"], [b"401", b"401", b"200"])
    ask(port, "POST /logout", f"Cookie: {later[0]}")
    assert statuses() == [b"401", b"401", b"401"]


def test_cross_origin(port: int) -> None:
    """Scripts of the listed site may read the headers that endpoints send."""
    answer = ask(port, "GET /posts/7", "Origin: https://app.example.com")
    assert answer.all(b"access-control-allow-origin") == [b"https://app.example.com"]
    (exposed,) = answer.all(b"access-control-expose-headers")
    assert {b"Content-Disposition", b"ETag", b"Location"} <= set(exposed.split(b", "))
    assert answer.all(b"x-content-type-options") == [b"nosniff"]
    assert (
        ask(port, "GET /posts/7", "Origin: https://evil.example").all(
            b"access-control-allow-origin"
        )
        == [b""] * 0
    )


@pytest.mark.parametrize("path", ["/posts/7", "/exports/posts.csv", "/files/handbook.pdf"])
def test_head(port: int, path: str) -> None:
    """HEAD has the headers of GET and no content, of streams and files too."""
    head, get = ask(port, f"HEAD {path}"), ask(port, f"GET {path}", "Range: bytes=0-")
    assert (head.status_line, head.body) == (b"HTTP/1.1 200 OK", b"")
    assert {name for name, _ in get.headers} - {name for name, _ in head.headers} <= {
        b"content-range",
        b"transfer-encoding",
    }


def test_options(port: int) -> None:
    """OPTIONS says what the path answers to, and has no content."""
    answer = ask(port, "OPTIONS /posts/7/title")
    assert answer.status_line == b"HTTP/1.1 204 No Content"
    assert answer.all(b"allow") == [b"PATCH, OPTIONS"]
    assert (answer.all(b"content-length"), answer.body) == ([], b"")

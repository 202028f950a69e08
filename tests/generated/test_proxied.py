"""`proxy-stream` between a service that answers in raw bytes and uvicorn, byte for byte."""

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from email.utils import formatdate
from threading import Thread

import pytest

from tests.generated.project import Project, generate
from tests.generated.server import HOST, Answer, ask, chunks, serve

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
WHOLE = b"Content-Length: 2\r\n\r\nok"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
IN_CHUNKS = b"\r\n2\r\nok\r\n0\r\n\r\n"
DISPOSITION = b"content-disposition"
NAME = 'attachment; filename="%s.txt"'
LARGE = b"x" * 2**21
LATIN_1 = (NAME % "Übersicht").encode("latin-1")
UTF_8 = (NAME % "日本").encode()

PASSED_ON: dict[str, tuple[bytes, dict[bytes, bytes]]] = {
    "latin-1": (b"Content-Disposition: %s\r\n%s" % (LATIN_1, WHOLE), {DISPOSITION: LATIN_1}),
    "utf-8": (b"Content-Disposition: %s\r\n%s" % (UTF_8, WHOLE), {DISPOSITION: UTF_8}),
    "folded": (
        b"Content-Disposition: attachment;\r\n\tfilename=a\r\n" + WHOLE,
        {DISPOSITION: b"attachment; filename=a"},
    ),
    "named": (b'Connection: ETag, X-Own\r\nX-Own: 1\r\nETag: "1"\r\n' + WHOLE, {}),
    "twice": (b"Content-Length: 2\r\n" + WHOLE, {b"content-length": b"2"}),
    "expires": (b"Expires: 0\r\n" + WHOLE, {b"expires": b"0"}),
    "cookie": (b"Set-Cookie: session=theirs\r\n" + WHOLE, {}),
    "chunked": (CHUNKED + IN_CHUNKS, {b"transfer-encoding": b"chunked"}),
    "both": (b"Content-Length: 99\r\n" + CHUNKED + IN_CHUNKS, {b"transfer-encoding": b"chunked"}),
    "trailer": (
        CHUNKED + b"Trailer: Set-Cookie\r\n\r\n2\r\nok\r\n0\r\nSet-Cookie: a=b\r\n\r\n",
        {b"transfer-encoding": b"chunked"},
    ),
}
"""What stands behind the type, and the headers that come through besides type and length."""
REFUSED: dict[str, bytes] = {
    "control": OK + b'ETag: "\x01"\r\n' + WHOLE,
    "types": OK + b"Content-Type: text/html\r\n" + WHOLE,
    "lengths": OK + b"Content-Length: 3\r\n" + WHOLE,
    "coding": OK + b"Transfer-Encoding: gzip, chunked\r\n" + IN_CHUNKS,
    "no-content": OK.replace(b"200 OK", b"204 No Content") + WHOLE,
    "not-modified": OK.replace(b"200 OK", b"304 Not Modified") + WHOLE,
    "switching": OK.replace(b"200 OK", b"101 Switching Protocols") + b"Upgrade: own\r\n\r\n",
}
ANSWERS: dict[str, bytes] = {
    **{name: OK + answer for name, (answer, _) in PASSED_ON.items()},
    **REFUSED,
    "hints": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK + WHOLE,
    "large": OK + b"Content-Length: %d\r\n\r\n%s" % (len(LARGE), LARGE),
    "short": OK + b"Content-Length: 9\r\n\r\nok",
    "failing": OK + b'ETag: "1"\r\n' + WHOLE,
    "good": OK + b'ETag: "1"\r\n' + WHOLE,
}
DESCRIPTORS = 96
LIMITED = f"""
import resource

import uvicorn

resource.setrlimit(resource.RLIMIT_NOFILE, ({DESCRIPTORS}, {DESCRIPTORS}))
uvicorn.main()
"""


class Behind:
    """The service behind the other one: what it answers, and how many connections it has."""

    def __init__(self) -> None:
        self.open = 0
        self.aged = b""
        self.listener = socket.create_server((HOST, 0))

    def serve(self) -> None:
        """Accept connections until the listener is closed."""
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                Thread(target=self.converse, args=(connection,), daemon=True).start()

    def converse(self, connection: socket.socket) -> None:
        """Answer the requests of one connection, one after the other."""
        self.open += 1
        with connection, suppress(OSError):
            while request := connection.recv(65536):
                name = request.split()[1].decode().removeprefix("/")
                connection.sendall(self.aged if name == "aged" else ANSWERS[name])
                if name == "short":
                    break
        self.open -= 1


@pytest.fixture(scope="module")
def behind() -> Iterator[Behind]:
    """Start the service."""
    service = Behind()
    thread = Thread(target=service.serve)
    thread.start()
    yield service
    service.listener.shutdown(socket.SHUT_RDWR)
    service.listener.close()
    thread.join(10)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project with an endpoint for each answer, one of which fails with it in hand."""
    endpoints = [
        {
            "name": f"get_{name.replace('-', '_')}",
            "method": "GET",
            "path": f"/{name}",
            "response": {
                "pattern": "proxy-stream",
                "upstream_path": f"/{name}",
                "media_type": "text/plain",
            },
        }
        for name in [*ANSWERS, "aged"]
    ]
    folder = tmp_path_factory.mktemp("proxied") / "service"
    project = generate(folder, endpoints=endpoints, application=["head-options"])
    (project.folder / "limited.py").write_text(LIMITED, encoding="utf-8")
    stub = project.folder / "app/endpoints/get_failing.py"
    source = stub.read_text(encoding="utf-8")
    assert "    return await" in source
    source = source.replace("    return await", "    answer = await")
    stub.write_text(f"{source}    raise ValueError(answer)\n", encoding="utf-8")
    return project


@pytest.fixture(scope="module", params=["h11", "httptools"])
def port(request: pytest.FixtureRequest, project: Project, behind: Behind) -> Iterator[int]:
    """Serve the project with few descriptors: one that is lost each time is missed soon."""
    number = behind.listener.getsockname()[1]
    settings = {"APP_UPSTREAM_URL": f"http://{HOST}:{number}", "APP_UPSTREAM_TIMEOUT": "5"}
    with serve(
        project, "limited", "app.main:app", "--http", request.param, settings=settings
    ) as port:
        yield port


def headers_of(answer: Answer) -> dict[bytes, bytes]:
    """Return the headers that are not uvicorn's own, by name; none is there twice."""
    own = (b"date", b"server", b"connection")
    headers = {name.lower(): value for name, value in answer.headers}
    assert len(headers) == len(answer.headers)
    return {name: value for name, value in headers.items() if name not in own}


@pytest.mark.parametrize("name", PASSED_ON)
def test_answer_is_passed_on(port: int, name: str) -> None:
    """Byte for byte, and without what belongs to one connection."""
    answer = ask(port, f"GET /{name}")
    _, expected = PASSED_ON[name]
    framing = {} if b"transfer-encoding" in expected else {b"content-length": b"2"}
    assert answer.status_line == b"HTTP/1.1 200 OK"
    assert headers_of(answer) == {b"content-type": b"text/plain", **framing, **expected}
    assert (b"".join(chunks(answer.body)) if not framing else answer.body) == b"ok"


def test_answer_after_hints_is_passed_on(port: int) -> None:
    """What comes before it is for this service only (RFC 9110, section 15.2)."""
    answer = ask(port, "GET /hints")
    assert answer.status_line == b"HTTP/1.1 200 OK"
    assert headers_of(answer) == {b"content-type": b"text/plain", b"content-length": b"2"}


@pytest.mark.parametrize("name", REFUSED)
def test_answer_is_refused(port: int, name: str) -> None:
    """And the one that follows is its own."""
    assert ask(port, f"GET /{name}").status_line == b"HTTP/1.1 502 Bad Gateway"
    good = ask(port, "GET /good")
    assert (good.status_line, good.body) == (b"HTTP/1.1 200 OK", b"ok")


def test_age_adds_up(port: int, behind: Behind) -> None:
    """From one cache to the next; the Date is that of this service, once."""
    date = formatdate(time.time() - 40, usegmt=True).encode()
    behind.aged = OK + b"Cache-Control: max-age=60\r\nAge: 50\r\nDate: %s\r\n%s" % (date, WHOLE)
    answer = ask(port, "GET /aged")
    assert answer.all(b"cache-control") == [b"max-age=60"]
    assert answer.all(b"age") == [b"50"]
    assert len(answer.all(b"date")) == 1
    behind.aged = behind.aged.replace(b"Age: 50\r\n", b"")
    (age,) = ask(port, "GET /aged").all(b"age")
    assert 40 <= int(age) < 50


def leave(port: int, name: str) -> None:
    """Ask for an answer, and leave when it has begun."""
    with socket.create_connection((HOST, port), 10) as connection:
        connection.sendall(b"GET /%s HTTP/1.1\r\nHost: a\r\n\r\n" % name.encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "request_line",
    [
        "GET /utf-8",
        "GET /control",
        "GET /no-content",
        "GET /short",
        "GET /failing",
        "HEAD /large",
        "leave /large",
    ],
)
def test_connections_are_closed(port: int, behind: Behind, request_line: str) -> None:
    """However a request ends, as often as there are descriptors."""
    method, _, path = request_line.partition(" /")
    for _ in range(DESCRIPTORS):
        if method == "leave":
            leave(port, path)
        else:
            ask(port, request_line)
    assert ask(port, "GET /good").status_line == b"HTTP/1.1 200 OK"
    deadline = time.monotonic() + 10
    while behind.open > 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert behind.open <= 2

"""The preset `tour` answers alike, whichever server runs it; `docs/servers.md` lists the rest."""

import re
from collections.abc import Callable
from operator import itemgetter
from pathlib import Path

import pytest

from tests.generated.server import Answer, ask_raw, chunks, serve
from tests.generated.tour import SETTINGS, tour

SERVERS = {
    "uvicorn, h11": "uvicorn app.main:app --http h11",
    "uvicorn, httptools": "uvicorn app.main:app --http httptools",
    "hypercorn": "hypercorn app.main:app --bind 127.0.0.1:{port}",
    "granian": "granian --interface asgi app.main:app",
}
DOCUMENT = Path(__file__).parents[2] / "docs" / "servers.md"
OWN = {b"date", b"server", b"connection", b"transfer-encoding"}
"""Headers that are the server's business: what they are is in the table of differences."""

JSON = "Content-Type: application/json"
INVOICE = "GET /invoices/00000000-0000-4000-8000-000000000001"


def message(line: str, *headers: str, body: bytes = b"") -> bytes:
    """Return a request as it goes over the wire."""
    length = [f"Content-Length: {len(body)}"] if body else []
    common = ["Host: localhost", "Connection: close", "X-Request-ID: request-0001"]
    return "\r\n".join([f"{line} HTTP/1.1", *common, *headers, *length, "", ""]).encode() + body


LOGIN = b'{"username": "admin", "password": "correct horse"}'
POST = b'{"title": "Hi", "price": 1.5}'
REQUESTS = [
    *(message(f"GET {path}") for path in ("/", "/health", "/about", "/posts/7", "/posts/featured")),
    *(message(f"GET /posts/7.{kind}") for kind in ("xml", "msgpack")),
    *(message(f"GET /exports/{name}") for name in ("categories.csv", "posts.csv", "posts.jsonl")),
    *(message(f"GET {path}") for path in ("/recordings/1", "/badges/1.svg", "/vendor/posts/1")),
    *(message(f"GET /files/handbook.pdf{query}") for query in ("", "?", "?a=%zz&a+b")),
    *(message(f"GET {path}") for path in ("/posts/latest", "/go?next=/a%20b", "/openapi.json")),
    *(message(f"GET {path}") for path in ("/missing", "//health", "/health/", "/%68ealth")),
    *(message(f"GET /uploads/{key}") for key in ("report.txt", "..%2fapp%2fmain.py", "caf%C3%A9")),
    *(message(f"{method} /posts/7") for method in ("HEAD", "OPTIONS", "PUT", "DELETE", "TRACE")),
    message("HEAD /openapi.json"),
    message("OPTIONS *"),
    message("GET /posts/seven"),
    message("GET /account"),
    message("GET /posts/events"),
    message(INVOICE),
    message(INVOICE, "Authorization: Bearer wrong"),
    message("GET /posts/7", 'If-None-Match: "1"'),
    message("GET /posts/7", "Origin: https://app.example.com"),
    message("OPTIONS /posts/7", "Origin: https://a.example", "Access-Control-Request-Method: GET"),
    message("GET /files/handbook.pdf", "Range: bytes=5-8"),
    message("GET /files/handbook.pdf", "Range: bytes=99-"),
    message("GET /", "Cookie: theme=a", "Cookie: other=b", "Accept-Language: de;q=0.5, en;q=0.1"),
    message("GET /", "Cookie: theme=" + "a" * 65),
    message("GET /health", "X-Long: " + "a" * 20_000),
    message("GET /", "Accept-Language: X").replace(b"X\r\n\r\n", b"d\xe9\r\n\r\n"),
    message("POST /login", JSON, body=b"{"),
    message("POST /login", JSON, body=b'"\xff"'),
    message("POST /login", JSON, body=b'{"username": "admin", "password": "wrong"}'),
    message("POST /login", JSON, body=LOGIN),
    message("POST /posts", JSON, body=POST),
    message("POST /posts", "Content-Type: text/plain", body=POST),
    message("POST /posts", JSON, "Transfer-Encoding: chunked")
    + b"%x\r\n%s\r\n0\r\n\r\n" % (len(POST), POST),
    message("PATCH /posts/7", JSON, "Prefer: return=minimal", body=b'{"title": "Hi"}'),
    message("PATCH /posts/7/title", "Content-Type: text/plain", body=b"Hi"),
    message("POST /posts/batch", JSON, body=b'[{"title": "a"}, {"title": "b"}]'),
]
HTTP_1_0 = b"GET /exports/posts.csv HTTP/1.0\r\nHost: localhost\r\n\r\n"
OTHERS = {
    "HTTP/1.0": HTTP_1_0,
    "no host": message("GET /health").replace(b"Host: localhost\r\n", b""),
    "unknown method": message("BREW /health"),
    "absolute": message("GET http://localhost/health"),
    "no request": b"hello\r\n\r\n",
    "continue": message("POST /posts", JSON, "Expect: 100-continue", body=POST),
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[bytes, Answer]]:
    """Send every request to every server, which run the same project one after the other."""
    project = tour(tmp_path_factory.mktemp("servers") / "service")
    found: dict[str, dict[bytes, Answer]] = {}
    for server, command in SERVERS.items():
        with serve(project, *command.split(), settings=SETTINGS) as port:
            requests = [*REQUESTS, *OTHERS.values()]
            found[server] = {request: ask_raw(port, request) for request in requests}
    return found


def comparable(answer: Answer) -> tuple[bytes, list[tuple[bytes, bytes]], bytes]:
    """Return the status, the headers that are not the server's by name, and the content."""
    headers = [(name.lower(), masked(value)) for name, value in answer.headers]
    chunked = answer.all(b"transfer-encoding") == [b"chunked"]
    content = b"".join(chunks(answer.body)) if chunked else answer.body
    kept = [(name, value) for name, value in headers if name not in OWN]
    return answer.status_line[9:12], sorted(kept, key=itemgetter(0)), content


def masked(value: bytes) -> bytes:
    """Return a header's value without times and random tokens."""
    value = re.sub(rb"dur=[\d.]+", b"dur=0.0", value)
    value = re.sub(rb"(expires=)[^;]+GMT", rb"\1then", value)
    return re.sub(rb"^(__[\w-]+)=[\w.-]{32,}", rb"\1=token", value)


@pytest.mark.parametrize("server", list(SERVERS)[1:])
@pytest.mark.parametrize("request_", REQUESTS, ids=lambda sent: sent.split(b" HTTP")[0].decode())
def test_answers_are_alike(
    answers: dict[str, dict[bytes, Answer]], server: str, request_: bytes
) -> None:
    """Status, content, and each line of every header that is not the server's."""
    expected = comparable(answers["uvicorn, h11"][request_])
    assert comparable(answers[server][request_]) == expected


Answers = dict[bytes, Answer]
OK, STREAM = message("GET /health"), message("GET /exports/posts.csv")
BLOCKS = message("GET /recordings/1")


def line(answer: Answer, name: bytes) -> str:
    """Return the one line of a header as it was sent."""
    (found,) = [b"%s: %s" % pair for pair in answer.headers if pair[0].lower() == name]
    return found.decode()


def status(request: bytes) -> Callable[[Answers], str]:
    """Return what reads the status line of the answer to a request."""
    return lambda sent: sent[request].status_line.decode().strip()


DIFFERENCES: dict[str, Callable[[Answers], str]] = {
    "success": status(OK),
    "`Server`": lambda sent: line(sent[OK], b"server"),
    "`Connection`, when asked to close": lambda sent: line(sent[OK], b"connection"),
    "how a stream is framed": lambda sent: line(sent[STREAM], b"transfer-encoding"),
    "where its own headers stand": lambda sent: (
        "first" if sent[OK].headers[0][0].lower() in OWN else "last"
    ),
    "size of a chunk of 18,928 bytes": lambda sent: (
        sent[BLOCKS].body.removesuffix(b"\r\n0\r\n\r\n")[:-18_928].split()[-1].decode()
    ),
    "version in the answer to HTTP/1.0": lambda sent: sent[HTTP_1_0].status_line[:8].decode(),
    "a stream in the answer to HTTP/1.0": lambda sent: (
        "chunked" if sent[HTTP_1_0].all(b"transfer-encoding") else "until the end"
    ),
    "a request without `Host`": status(OTHERS["no host"]),
    "the method `BREW`": status(OTHERS["unknown method"]),
    "`GET http://localhost/health`": status(OTHERS["absolute"]),
    "`hello` in place of a request": status(OTHERS["no request"]),
    "`Expect: 100-continue`": status(OTHERS["continue"]),
}


def test_differences_are_documented(answers: dict[str, Answers]) -> None:
    """The table says what each server was seen to do."""
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    documented = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if line.startswith("| ")
    ]
    seen = [
        [what, *(f"`{look(answers[server])}`" for server in SERVERS)]
        for what, look in DIFFERENCES.items()
    ]
    assert documented == [["what", *SERVERS], ["---"] * 5, *seen]

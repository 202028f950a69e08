"""The preset `tour` answers alike, whichever server runs it; `docs/servers.md` lists the rest."""

import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from operator import itemgetter
from pathlib import Path
from time import time
from typing import Any

import pytest

from tests.generated.record import upstream
from tests.generated.server import Answer, ask_raw, chunks, converse, serve
from tests.generated.tour import (
    PASSWORD,
    SECRET,
    SETTINGS,
    TOKEN,
    USER,
    planned,
    requests,
    tour,
)

SERVERS = {
    "uvicorn, h11": "uvicorn app.main:app --http h11",
    "uvicorn, httptools": "uvicorn app.main:app --http httptools",
    "hypercorn": "hypercorn app.main:app --bind 127.0.0.1:{port}",
    "granian": "granian --interface asgi app.main:app",
}
DOCUMENT = Path(__file__).parents[2] / "docs" / "servers.md"
OWN = {
    *(b"date", b"server", b"connection", b"transfer-encoding"),
    *(b"upgrade", b"sec-websocket-accept"),
}
"""Headers that are the server's business: what they are is in the table of differences."""

JSON = "Content-Type: application/json"
INVOICE = "GET /invoices/00000000-0000-4000-8000-000000000001"


def message(line: str, *headers: str, body: bytes = b"") -> bytes:
    """Return a request as it goes over the wire."""
    length = [f"Content-Length: {len(body)}"] if body else []
    common = ["Host: localhost", "Connection: close", "X-Request-ID: request-0001"]
    return "\r\n".join([f"{line} HTTP/1.1", *common, *headers, *length, "", ""]).encode() + body


LOGIN = f'{{"username": "{USER}", "password": "{PASSWORD}"}}'.encode()
POST = b'{"title": "Hi", "price": 1.5}'
KEY = "Idempotency-Key: 8e03978e-40d5-43dd-bc93-6894a57f9324"
SESSION = "Cookie: __Host-session={__Host-session}"
REFRESH = "Cookie: __Secure-refresh={__Secure-refresh}"
ADMIN = "Cookie: __Host-admin={__Host-admin}; __Host-admin-csrf={__Host-admin-csrf}"
CSRF = "X-CSRF-Token: {__Host-admin-csrf}"
SIGNED = [f"{name}: {{__{name}}}" for name in ("webhook-timestamp", "webhook-signature")]
EVENT = b'{"event": "paid"}'
ORDER = b'{"post_id": 7, "copies": 1}'
MERGE_PATCH = "Content-Type: application/merge-patch+json"
PART = "part"
FILE = (
    b'--part\r\nContent-Disposition: form-data; name="avatar"; filename="a.png"\r\n'
    b"Content-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n\r\n--part--\r\n"
)
BATCH = b'[{"title": "a"}, {"title": "b"}]'
MADE = message("GET /posts/1/print")
PUBLICATION = "PUT /posts/7/publication"


def talk(*headers: str, origin: str = "https://app.example.com") -> bytes:
    """Return a WebSocket handshake."""
    asked = ["Upgrade: websocket", "Sec-WebSocket-Version: 13", f"Origin: {origin}"]
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    sent = message("GET /posts/7/talk", *asked, key, *headers)
    return sent.replace(b"Connection: close", b"Connection: Upgrade")


HANDSHAKES = {
    "opened": talk(SESSION),
    "no session": talk(),
    "other page": talk(SESSION, origin="https://other.example"),
}
REQUESTS = [
    *(message(line, *([JSON] if body else []), body=body) for line, body in requests()),
    *(message(f"GET /files/handbook.pdf{query}") for query in ("?", "?a=%zz&a+b")),
    message("HEAD /files/handbook.pdf"),
    *(message(f"GET {path}") for path in ("/go?next=/a%20b", "/openapi.json")),
    *(message(f"GET {path}") for path in ("/missing", "//health", "/health/", "/%68ealth")),
    *(message(f"GET /uploads/{key}") for key in ("report.txt", "..%2fapp%2fmain.py", "caf%C3%A9")),
    *(message(f"{method} /posts/7") for method in ("HEAD", "OPTIONS", "PUT", "TRACE")),
    message("HEAD /openapi.json"),
    message("OPTIONS *"),
    message("GET /posts/seven"),
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
    message("PATCH /posts/7/title", JSON, body=b'{"title": "Hi"}'),
    message("POST /posts/batch", JSON, body=BATCH),
    message("PATCH /profile", MERGE_PATCH, body=b'{"name": "a", "text": null}'),
    message(
        "PUT /profile/avatar", f"Content-Type: multipart/form-data; boundary={PART}", body=FILE
    ),
    message("PUT /posts/7", JSON, 'If-Match: "1"', body=b'{"title": "Hi"}'),
    message("PUT /posts/7", JSON, 'If-Match: "0"', body=b'{"title": "Hi"}'),
    *(message(f"GET {path}") for path in ("/docs", "/redoc")),
    message("GET /logo.png", "Range: bytes=2-4"),
    *(message("GET /posts/table", f"Accept: {kind}") for kind in ("text/csv", "text/html", "a/b")),
    message("GET /versioned/posts/7", "API-Version: 2025-01-01"),
    message("GET /versioned/posts/7", "API-Version: 1999-01-01"),
    message(INVOICE, f"Authorization: Bearer {TOKEN}"),
    message("POST /orders", JSON, KEY, body=ORDER),
    message("POST /orders", JSON, KEY, "X-Again: yes", body=ORDER),
    message("POST /orders", JSON, KEY, body=b'{"post_id": 7, "copies": 2}'),
    message("POST /events", JSON, "webhook-id: msg_1", *SIGNED, body=EVENT),
    message("POST /events", JSON, body=EVENT),
    message("GET /account", SESSION),
    message(PUBLICATION, SESSION),
    message("GET /posts/events", SESSION),
    message("GET /posts/events", SESSION, "Last-Event-ID: 1"),
    message("GET /posts/events", SESSION, "Last-Event-ID: 9"),
    *HANDSHAKES.values(),
    message("POST /logout", SESSION),
    message("GET /account", SESSION, "X-After: logout"),
    message("POST /auth/login", JSON, body=LOGIN),
    message("POST /auth/refresh", REFRESH),
    message("POST /auth/logout", REFRESH),
    message("POST /admin/login", JSON, body=LOGIN),
    message("PUT /admin/name", JSON, ADMIN, body=b'{"name": "a"}'),
    message("PUT /admin/name", JSON, ADMIN, CSRF, body=b'{"name": "a"}'),
    message("POST /admin/logout", ADMIN),
]
"""In this order, the plain ones first: what stands in braces comes from an earlier answer."""
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
        with (
            upstream() as address,
            serve(
                project, *command.split(), settings={**SETTINGS, "APP_UPSTREAM_URL": address}
            ) as port,
        ):
            found[server] = told = {}
            cookies: dict[bytes, bytes] = {}
            for request in [*REQUESTS, *OTHERS.values()]:
                asked = filled(request, cookies)
                if request in HANDSHAKES.values():
                    told[request] = converse(port, asked, b"Hi")
                else:
                    told[request] = ask_raw(port, asked)
                pairs = [value.split(b";")[0] for value in told[request].all(b"set-cookie")]
                cookies |= {pair.partition(b"=")[0]: pair.partition(b"=")[2] for pair in pairs}
    return found


def filled(request: bytes, cookies: dict[bytes, bytes]) -> bytes:
    """Return a request with cookies of earlier answers, or a signature, where `{__name}` stands."""
    now = str(int(time())).encode()
    signed = b".".join([b"msg_1", now, request.partition(b"\r\n\r\n")[2]])
    digest = hmac.digest(b64decode(SECRET.removeprefix("whsec_")), signed, "sha256")
    signature = b"v1," + b64encode(digest)
    made = {b"__webhook-timestamp": now, b"__webhook-signature": signature}
    return re.sub(rb"\{(__[\w-]+)\}", lambda name: {**cookies, **made}[name[1]], request)


def comparable(
    answer: Answer, own: set[bytes] = OWN
) -> tuple[bytes, list[tuple[bytes, bytes]], bytes]:
    """Return the status, the headers that are not the server's by name, and the content."""
    headers = [(name.lower(), masked(value)) for name, value in answer.headers]
    chunked = answer.all(b"transfer-encoding") == [b"chunked"]
    content = b"".join(chunks(answer.body)) if chunked else answer.body
    content = re.sub(NONCE, rb"nonce\1token", content)
    content = re.sub(ZIPPED, rb"\1then", content)
    kept = [(name, value) for name, value in headers if name not in own]
    return answer.status_line[9:12], sorted(kept, key=itemgetter(0)), content


ZIPPED = re.compile(rb"(PK\x03\x04.{6}|PK\x01\x02.{8}).{4}", re.DOTALL)
"""What stands before a file in an archive, and in its list of files; it ends with the time."""
NONCE = rb"nonce(-|=\")[\w-]{22}"


def masked(value: bytes) -> bytes:
    """Return a header's value without times and random tokens."""
    value = re.sub(NONCE, rb"nonce\1token", value)
    value = re.sub(rb";t=[0-9]+", b";t=60", value)
    value = re.sub(rb"dur=[\d.]+", b"dur=0.0", value)
    value = re.sub(rb"(cursor=[\w-]+\.)[\w.-]+", rb"\1token", value)
    value = re.sub(rb"(expires=)[^;]+GMT", rb"\1then", value)
    return re.sub(rb"^(__[\w-]+)=[\w.-]{32,}", rb"\1=token", value)


@pytest.mark.parametrize("server", list(SERVERS)[1:])
@pytest.mark.parametrize(
    "request_",
    [one for one in REQUESTS if one not in HANDSHAKES.values()],
    ids=lambda sent: sent.split(b" HTTP")[0].decode(),
)
def test_answers_are_alike(
    answers: dict[str, dict[bytes, Answer]], server: str, request_: bytes
) -> None:
    """Status, content, and each line of every header that is not the server's."""
    own = OWN | {b"etag", b"last-modified"} if request_ == MADE else OWN
    expected = comparable(answers["uvicorn, h11"][request_], own)
    assert comparable(answers[server][request_], own) == expected


@pytest.mark.parametrize("server", SERVERS)
def test_websockets_are_alike(answers: dict[str, dict[bytes, Answer]], server: str) -> None:
    """The message and the close that come back, and who is refused."""
    opened, refused, foreign = (answers[server][one] for one in HANDSHAKES.values())
    assert opened.status_line.startswith(b"HTTP/1.1 101")
    assert opened.all(b"sec-websocket-accept") == [b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="]
    assert opened.body == b"\x81\x02Hi" + b"\x88\x02\x03\xe8"
    for answer, asked, status in ((refused, "no session", b"401"), (foreign, "other page", b"403")):
        assert comparable(answer) == comparable(answers["uvicorn, h11"][HANDSHAKES[asked]])
        assert answer.status_line[9:12] == status
        assert answer.all(b"content-type") == [b"application/problem+json"]
        assert answer.all(b"set-cookie") == []


def test_no_route_is_missing(answers: dict[str, dict[bytes, Answer]]) -> None:
    """Each endpoint of the preset does what it is for at least once.

    Where the request that its plan amounts to is not enough, add one to `REQUESTS`.
    """
    done = {
        b" ".join(request.split(b" ")[:2]).partition(b"?")[0].decode()
        for request, answer in answers["uvicorn, h11"].items()
        if answer.status_line[9:12] < b"400"
    }
    missing = [
        endpoint["name"]
        for endpoint in planned()
        if not any(re.fullmatch(route(endpoint), one) for one in done)
    ]
    assert missing == []


def route(endpoint: dict[str, Any]) -> str:
    """Return what matches the requests to an endpoint."""
    kinds = {":int": "[0-9]+", ":path": ".+"}
    parts = re.split(r"\{\w+(:\w+)?\}", endpoint["path"])
    # The split leaves the kinds of parameters at the odd places.
    parts[::2] = map(re.escape, parts[::2])
    parts[1::2] = [kinds.get(kind or "", "[^/]+") for kind in parts[1::2]]
    return f"{endpoint['method']} {''.join(parts)}"


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
    "cookies on a WebSocket's 101": lambda sent: (
        "sent" if sent[HANDSHAKES["opened"]].all(b"set-cookie") else "left out"
    ),
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

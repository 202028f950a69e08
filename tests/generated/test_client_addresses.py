"""Who a client is behind a proxy, and what it can fill the memory with: on a real uvicorn."""

import json
import re
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from scaffold.catalogue.patterns import template_root
from tests.generated.project import Project, generate
from tests.generated.server import Answer, ask, serve

QUOTA = 10
JSON = "Content-Type: application/json"
WRONG = b'{"username": "admin", "password": "wrong"}'
RATE_LIMIT = {"pattern": "rate-limit", "quota": QUOTA, "window": 600}
ENDPOINTS: list[dict[str, Any]] = [
    {
        "name": "log_in",
        "method": "POST",
        "path": "/login",
        "status": "status-no-content",
        "headers": [RATE_LIMIT],
        "cookies": [{"pattern": "cookie-session-server-side", "action": "login"}],
    },
    {
        "name": "account",
        "method": "GET",
        "path": "/account",
        "response": "json-model",
        "cookies": ["cookie-session-server-side"],
    },
    {
        "name": "refresh",
        "method": "POST",
        "path": "/auth/refresh",
        "response": "json-model",
        "cookies": ["cookie-refresh-rotation"],
    },
    {
        "name": "order",
        "method": "POST",
        "path": "/orders",
        "response": "json-model",
        "headers": ["idempotency-key"],
    },
]
OWN = """
from pathlib import Path

from fastapi import Request

from app.http.rate_limits import RateLimit
from app.main import create_app

app = create_app()
limit = RateLimit(quota=1_000_000, window=600, policy="own")


@app.get("/limited")
async def limited(request: Request) -> None:
    await limit.count(request, request.headers.get("user"))


@app.get("/kept")
async def kept(request: Request) -> dict[str, object]:
    state = request.state
    stored = [key for kind in state.store._kinds.values() for key in kind]
    keys = [*stored, *state.rate_limiter.storage._windows]
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return {"keys": keys, "megabytes": pages * 4096 / 2**20}
"""
"""What shows the keys under which the service keeps something, and its memory."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project whose login is limited, and that keeps state for strangers."""
    made = generate(tmp_path_factory.mktemp("addresses") / "service", endpoints=ENDPOINTS)
    (made.folder / "own.py").write_text(OWN, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def port(project: Project, request: pytest.FixtureRequest) -> Iterator[int]:
    """Serve the project behind a proxy, whose part the test plays."""
    believed = getattr(request, "param", "127.0.0.0/8")
    settings = {"APP_LOGIN_PASSWORD": "correct horse", "FORWARDED_ALLOW_IPS": believed}
    with serve(project, "uvicorn", "own:app", settings=settings) as port:
        yield port


def statuses(port: int, *forwarded: str) -> list[int]:
    """Return the answers to wrong logins, each with its line or lines of X-Forwarded-For."""
    answers = [ask(port, "POST /login", JSON, *header_lines(one), body=WRONG) for one in forwarded]
    return [int(answer.status_line.split()[1]) for answer in answers]


def header_lines(forwarded: str) -> list[str]:
    """Return one header line for each line of the text."""
    return [f"X-Forwarded-For: {line}" for line in forwarded.splitlines()]


REFUSED = [401] * QUOTA + [429] * 2
TRIES = range(len(REFUSED))


def test_a_client_cannot_choose_its_address(port: int) -> None:
    """What it sends stands in front of what the proxy adds, on the same line or another one."""
    assert statuses(port, *(f"198.51.100.{one}, 203.0.113.9" for one in TRIES)) == REFUSED
    assert statuses(port, "198.51.100.99\n203.0.113.9", "junk, 203.0.113.9:4711") == [429, 429]
    assert statuses(port, "203.0.113.10", "203.0.113.10, 127.0.0.2") == [401, 401]
    assert statuses(port, "198.51.100.99, 203.0.113.9, 127.0.0.2, 127.0.0.3") == [429]


def test_a_network_is_one_client(port: int) -> None:
    """Where somebody has all of its addresses; an address that holds another one is that."""
    assert statuses(port, *(f"2001:db8:0:1::{one:x}" for one in TRIES)) == REFUSED
    assert statuses(port, "[2001:db8:0:1:f::1]:443", "2001:db8:0:2::1") == [429, 401]
    assert statuses(port, *(f"::ffff:192.0.2.{one}" for one in TRIES)) == [401] * len(TRIES)
    assert statuses(port, *["::ffff:192.0.2.99"] * QUOTA, "192.0.2.99") == [401] * QUOTA + [429]


def test_made_up_names_are_one_client(port: int) -> None:
    """Or each would have a quota of its own, where a proxy passes on what it is sent."""
    junk = [*(f"name-{one}" for one in TRIES[4:]), "a" * 60_000, "2001:db8::/64", "1.2.3.4.5", "_"]
    assert statuses(port, *junk) == REFUSED


@pytest.mark.parametrize("port", ["10.0.0.0/8", "127.0.0.2/8"], indirect=True)
def test_others_are_not_believed(port: int) -> None:
    """Neither a proxy of another network, nor one whose network is written in another way."""
    assert statuses(port, *(f"203.0.113.{one}" for one in TRIES)) == REFUSED


@pytest.mark.parametrize("port", ["*"], indirect=True)
def test_a_star_believes_the_client(port: int) -> None:
    """So nothing tells to set it."""
    answers = statuses(port, *(f"198.51.100.{one}, 203.0.113.9" for one in TRIES))
    assert answers == [401] * len(TRIES)


def test_what_is_advised_is_a_network() -> None:
    """In each document and file that says what to set, as uvicorn reads networks."""
    root = template_root()
    files = [*(root / "docs").rglob("*.md"), *(root / "patterns").rglob("page.yml")]
    files += [root / "template" / name for name in ("README.md.jinja", "Dockerfile.jinja")]
    advised = [
        value
        for file in files
        for value in re.findall(r"FORWARDED_ALLOW_IPS=([^\s`)]+)", file.read_text(encoding="utf-8"))
    ]
    assert advised
    assert [ip_network(value).num_addresses > 1 for value in advised] == [True] * len(advised)


def kept(port: int) -> dict[str, Any]:
    """Return the keys under which the service keeps something, and its memory in megabytes."""
    found: dict[str, Any] = json.loads(ask(port, "GET /kept").body)
    return found


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
def test_junk_is_not_kept(port: int) -> None:
    """Whatever a stranger sends is kept under a short key, if at all; and a user's name."""

    def send(request: str, *lines: str, body: bytes = b"") -> Answer:
        answer = ask(port, request, *lines, body=body)
        assert int(answer.status_line.split()[1]) < 500
        return answer

    long = "a" * 30_000
    send("GET /limited", f"X-Forwarded-For: {long}")
    before = kept(port)["megabytes"]
    for number in range(400):
        send("GET /limited", f"X-Forwarded-For: {number}{long}{long}")
    for number in range(40):
        send("GET /limited", f"User: {number}{long}")
        send("GET /account", f"Cookie: __Host-sid={number}{long}")
        send("POST /auth/refresh", f"Cookie: __Secure-refresh={number}{long}")
        send("POST /orders", f"Idempotency-Key: {number:0255}", f"Authorization: {long}")
        send("POST /orders", f"Idempotency-Key: {number}{long}")
        name = f'{{"username": "{number}{long}", "password": "a"}}'
        send("POST /login", JSON, f"X-Forwarded-For: 203.0.113.{number}", body=name.encode())
    after = kept(port)
    assert len(after["keys"]) == len(set(after["keys"])) > 120
    assert max(map(len, after["keys"])) < 128
    assert after["megabytes"] - before < 10

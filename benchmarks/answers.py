"""How fast generated endpoints answer, beside the same written by hand with FastAPI alone.

Each response pattern that is also written by hand, with three headers and a cookie, from two real
uvicorn servers that run at the same time and are asked in turns. Both always have something to
do, so what limits them is their processor time: on Linux the ratio is that of the processor times
for a request, which other programs on the machine hardly disturb, elsewhere that of the times.
The middle half of all rounds counts, because some are twice as long when threads wait for a
processor. Run it with `python3 tasks.py bench answers [RESPONSE PATTERN...]`.
"""

import os
import re
import select
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from scaffold.catalogue.patterns import load
from scaffold.template.renderer import render

CONNECTIONS = 8
ROUNDS = 20
SECONDS = 0.15
"""How long one side is asked in one round."""

LIMIT = 0.95
HERE = Path(__file__).parent
HEADERS: list[Any] = [
    {"pattern": "cache-control", "directives": "private, no-cache"},
    {"pattern": "header-set", "name": "Api-Edition", "value": "2026"},
    {"pattern": "content-language", "language": "en"},
]
# FastAPI sets Cache-Control on an event stream.
EVENT_HEADERS = [*HEADERS[1:], {"pattern": "vary", "field_names": ["Accept-Language"]}]
BODIES = {"multi-status": b'[{"title": "a"}]'}
BY_HAND = re.findall(r'(?m)^@app\.\w+\("/([a-z-]+)', (HERE / "handwritten.py").read_text("utf-8"))
"""The response patterns that `handwritten.py` has; others are left out."""

FILES = {"report.pdf": b"%PDF-" + b"0" * 2_000, "logo.png": b"0" * 2_000}


def endpoint(pattern: str) -> dict[str, Any]:
    """Return the spec of the endpoint for a response pattern, whose path is `/` and its id."""
    spec = {
        "name": f"get_{pattern.replace('-', '_')}",
        "method": "POST" if pattern in BODIES else "GET",
        "path": f"/{pattern}" + ("/{path:path}" if pattern == "file-safe-path" else ""),
        "response": pattern,
        "headers": EVENT_HEADERS if pattern == "sse" else HEADERS,
        "cookies": [{"pattern": "cookie-set", "name": "seen"}],
    }
    return spec | ({"status": "status-no-content"} if pattern == "empty" else {})


def request(pattern: str) -> bytes:
    """Return the request for a pattern's endpoint, as it goes over the wire."""
    body = BODIES.get(pattern, b"")
    path = "/file-safe-path/report.pdf" if pattern == "file-safe-path" else f"/{pattern}"
    method = "POST" if body else "GET"
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int
    process: int

    def seconds(self) -> float | None:
        """Return the processor time that it has used, where the system tells."""
        try:
            after_name = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(
    folder: Path, application: str, upstream: Server | None = None, **settings: str
) -> Iterator[Server]:
    """Serve an application with one worker, and for `proxy-stream` another server behind it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    options = ["--port", str(port), "--no-access-log", "--log-level", "warning"]
    command = [sys.executable, "-m", "uvicorn", application, *options]
    environment = {**os.environ, **settings}
    if upstream:
        environment["APP_UPSTREAM_URL"] = f"http://127.0.0.1:{upstream.port}"
    server = subprocess.Popen(command, cwd=folder, env=environment)
    try:
        while server.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                time.sleep(0.05)
            else:
                break
        yield Server(port, server.pid)
    finally:
        server.terminate()
        server.wait(10)


class Client:
    """Several connections to one server, which always has something to do."""

    def __init__(self, server: Server, message: bytes) -> None:
        self.server, self.message = server, message
        address = ("127.0.0.1", server.port)
        self.connections = [socket.create_connection(address, 10) for _ in range(CONNECTIONS)]
        self.answer = self._first()
        self.elapsed: list[float] = []
        self.used: list[float] = []

    def _first(self) -> bytes:
        """Return one whole answer; all others have its length."""
        connection = self.connections[0]
        connection.sendall(self.message)
        received = b""
        while select.select([connection], [], [], 0.5 if received else 10)[0]:
            received += connection.recv(1 << 20)
        return received

    def ask(self) -> None:
        """Ask for one round, and note the seconds for a request, and the server's."""
        start, used, done = time.perf_counter(), self.server.seconds(), 0
        while time.perf_counter() - start < SECONDS:
            for connection in self.connections:
                connection.sendall(self.message)
            for connection in self.connections:
                self._receive(connection)
            done += CONNECTIONS
        self.elapsed.append((time.perf_counter() - start) / done)
        if used is not None:
            self.used.append(((self.server.seconds() or 0) - used) / done)

    def _receive(self, connection: socket.socket) -> None:
        missing = len(self.answer)
        while missing:
            received = connection.recv(missing)
            if not received:
                raise ConnectionError("the server closed the connection")
            missing -= len(received)

    def close(self) -> None:
        """Close the connections."""
        for connection in self.connections:
            connection.close()


def same(ours: bytes, theirs: bytes) -> bool:
    """Say whether two answers differ in nothing but times, and the order of headers."""

    def parts(answer: bytes) -> tuple[list[bytes], int]:
        head, _, body = answer.partition(b"\r\n\r\n")
        head = re.sub(rb"(?i)\r\n(date|etag|last-modified):[^\r]*", b"", head)
        return sorted(head.split(b"\r\n")), len(body)

    return parts(ours) == parts(theirs)


def compare(pattern: str, servers: Sequence[Server]) -> tuple[Client, Client]:
    """Ask both servers in turns, and return what was counted."""
    ours, theirs = (Client(server, request(pattern)) for server in servers)
    if not same(ours.answer, theirs.answer):
        raise SystemExit(f"error: {pattern} differs:\n{ours.answer!r}\n{theirs.answer!r}")
    compare_clients(ours, theirs)
    return ours, theirs


def compare_clients(ours: Client, theirs: Client) -> None:
    """Let both ask their servers in turns."""
    for client in (ours, theirs):
        client.ask()  # fills caches
        client.elapsed.clear()
        client.used.clear()
    for turn in range(ROUNDS):
        # Who goes first changes, so that a machine that speeds up or slows down favours nobody.
        for client in (ours, theirs) if turn % 2 else (theirs, ours):
            client.ask()
    for client in (ours, theirs):
        client.close()


def middle(values: Sequence[float]) -> float:
    """Return the mean of the middle half."""
    quarter = len(values) // 4
    return statistics.mean(sorted(values)[quarter : len(values) - quarter])


def ratio_of(ours: Client, theirs: Client) -> float:
    """Return how many requests we answer in the time in which they answer one."""
    if theirs.used and ours.used:
        return middle(theirs.used) / middle(ours.used)
    return middle(theirs.elapsed) / middle(ours.elapsed)


def generate(folder: Path, patterns: Sequence[str]) -> None:
    """Generate the project, and put beside it what is written by hand, and the files."""
    answers = {
        "project_name": "service",
        "application": [],
        "endpoints": [endpoint(one) for one in patterns],
    }
    render(folder, answers)
    for name in ("handwritten.py", "behind.py"):
        shutil.copy(HERE / name, folder)
    for name, content in FILES.items():
        (folder / "files").mkdir(exist_ok=True)
        (folder / "files" / name).write_bytes(content)


def main(chosen: Sequence[str]) -> int:
    """Print the table; the exit status says whether every ratio is within the limit."""
    patterns = [one.id for one in load().family("response") if one.id in BY_HAND]
    if unknown := set(chosen) - set(patterns):
        raise SystemExit(f"error: no response patterns: {', '.join(sorted(unknown))}")
    table = Table("response pattern", "generated /s", "by hand /s", "µs each", "µs each", "ratio")
    slow = []
    with tempfile.TemporaryDirectory() as parent, ExitStack() as servers:
        folder = Path(parent) / "service"
        generate(folder, patterns)
        applications = ("app.main:app", "handwritten:app")
        behind = servers.enter_context(served(folder, "behind:app"))
        both = [servers.enter_context(served(folder, name, behind)) for name in applications]
        for pattern in chosen or patterns:
            ours, theirs = compare(pattern, both)
            ratio = ratio_of(ours, theirs)
            rates = (f"{1 / middle(one.elapsed):,.0f}" for one in (ours, theirs))
            times = (f"{middle(one.used or [0]) * 1e6:,.0f}" for one in (ours, theirs))
            table.add_row(pattern, *rates, *times, f"{ratio:.2f}")
            slow += [pattern] if ratio < LIMIT else []
    Console(width=100).print(table)
    if slow:
        print(f"below {LIMIT}: {', '.join(slow)}", file=sys.stderr)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

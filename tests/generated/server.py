"""Serve a generated project on this machine, and talk to it in bytes."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from tests.generated.project import Project

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Answer:
    """One answer as it came over the wire: nothing decoded, nothing merged."""

    status_line: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def all(self, name: bytes) -> list[bytes]:
        """Return the values of every line of that header."""
        return [value for key, value in self.headers if key.lower() == name]


@contextmanager
def serve(
    project: Project, *command: str, settings: Mapping[str, str], port: int | None = None
) -> Iterator[int]:
    """Run the project's server on a port, or a free one, which is yielded.

    Args:
        project: the generated project.
        command: the module that serves it, and its arguments; `{port}` stands for the port where
            the server does not take `--port`.
        settings: the environment variables that the project reads.
        port: where it listens.
    """
    port = port or free_port()
    arguments = [part.format(port=port) for part in command]
    if arguments == [*command]:
        arguments += ["--port", str(port)]
    server = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=project.folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_for(port, server)
        yield port
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(10)


def free_port() -> int:
    """Return a port that nobody listens to."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers, or fail when it has stopped."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server stopped"
        try:
            socket.create_connection((HOST, port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server does not answer")


def ask(port: int, request: str, *lines: str, body: bytes = b"") -> Answer:
    """Send one request and read the answer until the server closes the connection."""
    headers = ["Host: localhost", "Connection: close", f"Content-Length: {len(body)}", *lines]
    head = "\r\n".join([f"{request} HTTP/1.1", *headers, "", ""])
    return ask_raw(port, head.encode() + body)


def ask_raw(port: int, request: bytes) -> Answer:
    """Send the bytes of a request, and read the answer until the server closes the connection."""
    with socket.create_connection((HOST, port), 10) as connection:
        connection.sendall(request)
        return parse(b"".join(iter(lambda: connection.recv(65536), b"")))


def converse(port: int, handshake: bytes, text: bytes) -> Answer:
    """Open a WebSocket, send one message, wait for one, and close.

    The body is every frame that came back. A handshake that is refused is answered like any other
    request.
    """
    with socket.create_connection((HOST, port), 10) as connection:
        connection.sendall(handshake)
        received = b""
        while b"\r\n\r\n" not in received:
            received += _more(connection)
        if received.split(b" ")[1] != b"101":
            while not is_complete(received, headers_only=False):
                received += _more(connection)
            return parse(received)
        connection.sendall(_frame(0x81, text))
        while len(received.partition(b"\r\n\r\n")[2]) < 2 + len(text):
            received += _more(connection)
        connection.sendall(_frame(0x88, (1000).to_bytes(2)))
        return parse(received + b"".join(iter(lambda: connection.recv(65536), b"")))


def _frame(kind: int, content: bytes) -> bytes:
    """Return a short frame of a client: masked, if with zeros (RFC 6455, section 5.2)."""
    return bytes([kind, 0x80 | len(content), 0, 0, 0, 0]) + content


def _more(connection: socket.socket) -> bytes:
    block = connection.recv(65536)
    assert block, "the server has closed the connection within an answer"
    return block


def exchange(port: int, request: bytes) -> Answer:
    """Send the bytes of a request, and read the answer as far as its own framing goes."""
    received = b""
    with socket.create_connection((HOST, port), 10) as connection:
        connection.sendall(request)
        while not is_complete(received, headers_only=request.startswith(b"HEAD ")):
            received += _more(connection)
    return parse(received)


def is_complete(received: bytes, *, headers_only: bool) -> bool:
    """Say whether the bytes hold a whole answer (RFC 9112, section 6)."""
    start, end, rest = received.partition(b"\r\n\r\n")
    if not end:
        return False
    if headers_only or start.split(b" ")[1] in (b"101", b"204", b"304"):
        return True
    if b"\r\ntransfer-encoding: chunked" in start.lower():
        return (b"\r\n" + rest).endswith(b"\r\n0\r\n\r\n")
    length = re.search(rb"\r\ncontent-length: ([0-9]+)", start.lower())
    return length is not None and len(rest) >= int(length[1])


def parse(received: bytes) -> Answer:
    """Split the bytes of one answer."""
    start, _, rest = received.partition(b"\r\n\r\n")
    status_line, *header_lines = start.split(b"\r\n")
    pairs = [line.split(b": ", 1) for line in header_lines]
    return Answer(status_line, [(name, value) for name, value in pairs], rest)


def chunks(body: bytes) -> list[bytes]:
    """Return the chunks of a chunked body, which ends with an empty one."""
    found = []
    while not found or found[-1]:
        size, _, rest = body.partition(b"\r\n")
        length = int(size, 16)
        found.append(rest[:length])
        assert rest[length : length + 2] == b"\r\n"
        body = rest[length + 2 :]
    assert body == b""
    return found[:-1]

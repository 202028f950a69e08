"""What the examples of the rules send, recorded from uvicorn: `python -m tests.checker.wire`."""

import contextlib
import importlib
import logging
import re
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvicorn

from scaffold.checker.facts import Rule
from scaffold.checker.rules import RULES, page_of
from tests.checker.pages import Example, examples, section_of

HOST = "127.0.0.1"
WIRE = re.compile(r"(?<=^```http\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
REQUEST = re.compile(r"^[A-Z]+ /\S* HTTP/1\.1$", re.MULTILINE)
CHANGING = re.compile(rb"^(?:date|server):.*\r\n", re.MULTILINE)
SIGNED = re.compile(r"(session=)[\w.=-]{20,}")
EXPIRES = re.compile(r"(expires=)[^;]+")
CLOSED = "(the connection is closed)"


def recorded(rule: Rule) -> str:
    """Return the requests of a rule's page, each with what is answered to it now.

    Raises:
        ImportError: the example needs a package that is not installed.
    """
    block = wire_of(rule)
    example = next(it for it in examples() if it.rule is rule and it.found)
    with serving(example) as port:
        parts = [f"{request}\n\n{sent(port, request)}\n" for request in requests_of(block)]
    return "\n".join(parts)


def wire_of(rule: Rule) -> str:
    """Return what stands on a rule's page."""
    section = section_of(page_of(rule).read_text(encoding="utf-8"), "On the wire")
    found = WIRE.search(section)
    assert found, rule.name
    return found[0]


def requests_of(block: str) -> list[str]:
    """Return the requests in a recording."""
    starts = [found.start() for found in REQUEST.finditer(block)]
    ends = [*starts[1:], len(block)]
    return [
        re.split(r"^(?:HTTP/1\.1 \d|\(the)", block[start:end], maxsplit=1, flags=re.M)[0].strip()
        for start, end in zip(starts, ends, strict=True)
    ]


def sent(port: int, request: str) -> str:
    """Send a request, and return what comes back, without what changes each time."""
    head, _, body = request.partition("\n\n")
    lines = [*head.split("\n"), f"Host: {HOST}", "Connection: close"]
    if body:
        lines.append(f"Content-Length: {len(body.encode())}")
    with socket.create_connection((HOST, port), 5) as connection:
        connection.sendall("\r\n".join([*lines, "", body]).encode())
        received = b""
        with contextlib.suppress(OSError):
            while more := connection.recv(65_536):
                received += more
    answer, _, content = CHANGING.sub(b"", received).partition(b"\r\n\r\n")
    if not answer:
        return CLOSED
    if b"transfer-encoding: chunked" in answer.lower():
        content = b"".join(chunks(content))
    answer = re.sub(rb"\r\nconnection: close", b"", answer, flags=re.IGNORECASE)
    said = answer.decode("latin-1").replace("\r\n", "\n")
    said = EXPIRES.sub(r"\1...", SIGNED.sub(r"\1...", said))
    return f"{said}\n\n{content.decode(errors='replace').rstrip()}".rstrip()


def chunks(content: bytes) -> Iterator[bytes]:
    """Yield the chunks of a body."""
    while content:
        size, _, content = content.partition(b"\r\n")
        length = int(size, 16)
        yield content[:length]
        content = content[length + 2 :]


@contextlib.contextmanager
def serving(example: Example) -> Iterator[int]:
    """Serve the application of an example, and yield the port."""
    before = set(sys.modules)
    with tempfile.TemporaryDirectory() as name:
        example.write(Path(name))
        sys.path.insert(0, name)
        try:
            importlib.invalidate_caches()
            last = [*example.files][-1].removesuffix(".py").replace("/", ".")
            app = importlib.import_module(last).app
            with run(app) as port:
                yield port
        finally:
            sys.path.remove(name)
            for module in set(sys.modules) - before:
                if name in str(getattr(sys.modules[module], "__file__", None) or "") or (
                    module == "service"
                ):
                    del sys.modules[module]


@contextlib.contextmanager
def run(app: Any) -> Iterator[int]:
    """Run an application under uvicorn, in a thread, and yield the port."""
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    config = uvicorn.Config(app, host=HOST, port=0, log_level="critical", http="h11")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)


def main() -> int:
    """Write what is sent onto the pages."""
    for rule in RULES:
        try:
            made = recorded(rule)
        except ImportError as error:
            print(f"{rule.name}: not recorded, {error}")
            continue
        path = page_of(rule)
        text = path.read_text(encoding="utf-8")
        head, heading, wire = text.partition("\n## On the wire\n")
        path.write_text(
            head + heading + WIRE.sub(lambda _, made=made: made, wire), encoding="utf-8"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())

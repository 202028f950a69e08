"""Told to stop, a service ends within the time that its image gives it, whatever is still open."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from websockets import Origin
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.generated.project import Project, generate
from tests.generated.server import HOST, free_port, wait_for

DOCKER_KILLS_AFTER = 10
"""Seconds from `docker stop` to the end, unless somebody gives it more."""

ENDPOINTS = [
    {"name": "news", "method": "GET", "path": "/news", "response": "sse"},
    {"name": "talk", "method": "GET", "path": "/talk", "response": "websocket"},
    {"name": "table", "method": "GET", "path": "/table", "response": "csv-stream"},
]
EDITS = {
    "endpoints/news.py": [
        ("from collections.abc", "import asyncio\nfrom pathlib import Path\nfrom collections.abc"),
        (
            "    for event_number",
            "    try:\n        await asyncio.sleep(1_000)\n    finally:\n"
            "        Path('closed').touch()\n    for event_number",
        ),
    ],
    "endpoints/table.py": [
        ('    yield ("=1+1", "example")', '    while True:\n        yield ("=1+1", "example")'),
    ],
    "main.py": [
        (
            "from app.endpoints",
            "from collections.abc import AsyncIterator\n"
            "from contextlib import asynccontextmanager\n"
            "from pathlib import Path\n\nfrom app.endpoints",
        ),
        (
            "def create_app",
            "@asynccontextmanager\nasync def lifespan(_: object) -> AsyncIterator[None]:\n"
            "    yield\n    Path('ended').touch()\n\n\ndef create_app",
        ),
        ("outermost=middleware", "outermost=middleware, lifespan=lifespan"),
    ],
}
"""An owner's changes: news that are awaited, a table without an end, and a lifespan."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project whose answers take as long as their clients wait."""
    project = generate(tmp_path_factory.mktemp("shutdown") / "service", endpoints=ENDPOINTS)
    for name, edits in EDITS.items():
        file = project.folder / "app" / name
        source = file.read_text(encoding="utf-8")
        for before, after in edits:
            assert before in source, f"{name} is edited where {before} stands"
            source = source.replace(before, after, 1)
        file.write_text(source, encoding="utf-8")
    return project


def command(project: Project) -> list[str]:
    """Return what the image runs."""
    (found,) = re.findall(r"^CMD (\[[^]]+\])", (project.folder / "Dockerfile").read_text(), re.M)
    words: list[str] = json.loads(found.replace("\\\n", ""))
    return words


class Service:
    """A server that was started as the image starts it, on another port."""

    def __init__(self, project: Project, *options: str) -> None:
        self.folder, self.port = project.folder, free_port()
        for name in ("closed", "ended"):
            (self.folder / name).unlink(missing_ok=True)
        place = ["--host", HOST, "--port", str(self.port)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", *command(project), *place, *options],
            cwd=self.folder,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(self.port, self.process)

    def open(self, path: str) -> socket.socket:
        """Ask for a path, and read the first bytes of the answer only."""
        connection = socket.create_connection((HOST, self.port), 10)
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        assert connection.recv(300).startswith(b"HTTP/1.1 200")
        return connection

    def stop(self) -> float:
        """Tell it to stop, as `docker stop` does, and return after how many seconds it has."""
        start = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(DOCKER_KILLS_AFTER)
        return time.monotonic() - start

    def did(self, name: str) -> bool:
        """Say whether the owner's code got that far."""
        return Path(self.folder, name).exists()


@pytest.fixture
def start(project: Project) -> Iterator[Callable[..., Service]]:
    """Return what starts a server, with more options; after the test none is there any more."""
    with ExitStack() as ended:

        def started(*options: str) -> Service:
            service = Service(project, *options)
            ended.callback(service.process.wait)
            ended.callback(service.process.kill)
            return service

        yield started


def test_the_image_stops_in_time(project: Project) -> None:
    """Before Docker kills it, with time for the end of the lifespan."""
    words = command(project)
    grace = int(words[words.index("--timeout-graceful-shutdown") + 1])
    assert grace == 8
    assert grace <= DOCKER_KILLS_AFTER - 2


def test_event_streams_end_by_themselves(start: Callable[..., Service]) -> None:
    """At once, as complete ones; what they have opened is closed, and then the lifespan ends."""
    service = start()
    with closing(service.open("/news")) as stream:
        assert service.stop() < 4
        assert b"".join(iter(lambda: stream.recv(65_536), b"")).endswith(b"\r\n0\r\n\r\n")
    assert (service.did("closed"), service.did("ended")) == (True, True)


def test_websockets_are_closed(start: Callable[..., Service]) -> None:
    """With the code that tells clients to come back (RFC 6455, section 7.4.1)."""
    service = start()
    origin = Origin(f"http://{HOST}:{service.port}")
    with connect(f"ws://{HOST}:{service.port}/talk", origin=origin, proxy=None) as talk:
        talk.send("hello")
        assert talk.recv() == "hello"
        assert service.stop() < 4
        with pytest.raises(ConnectionClosed) as closed:
            talk.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1012
    assert service.did("ended")


def test_a_slow_download_is_cut_off(start: Callable[..., Service]) -> None:
    """When its time is over, and so that its client notices: without the end of the content."""
    service = start("--timeout-graceful-shutdown", "1")
    with closing(service.open("/table")) as download:
        assert 1 <= service.stop() < 5
        assert not b"".join(iter(lambda: download.recv(65_536), b"")).endswith(b"0\r\n\r\n")
    assert service.did("ended")


@pytest.mark.full
def test_everything_at_once(start: Callable[..., Service]) -> None:
    """The image's own time is enough for all of them."""
    service = start()
    origin = Origin(f"http://{HOST}:{service.port}")
    with ExitStack() as clients:
        for path in ("/news", "/table"):
            clients.enter_context(closing(service.open(path)))
        clients.enter_context(
            connect(f"ws://{HOST}:{service.port}/talk", origin=origin, proxy=None)
        )
        assert 8 <= service.stop() < DOCKER_KILLS_AFTER
    assert (service.did("closed"), service.did("ended")) == (True, True)

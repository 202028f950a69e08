"""Settings that cannot be used end the start with one line, and no secret is ever printed."""

import json
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest

from scaffold.catalogue.patterns import load
from tests.generated.project import Project
from tests.generated.server import ask, free_port, wait_for
from tests.generated.tour import tour

SECRET = "s3cr3t"
"""A part of every value that must not be printed."""
KEY = SECRET * 6
ADDRESSES = [
    f"://:{SECRET}/b@host",
    f"://:{SECRET}#b@host",
    f"://:{SECRET}?b@host",
    f"://:{SECRET}@b@host",
    f"://:{SECRET}%zz@host",
    f"://:{SECRET} @host",
    f"://:12#{SECRET}@host",
    f"://:12/{SECRET}@host",
    f"://{SECRET}/a@host",
    f"://:{SECRET}@host:port",
    f"://:{SECRET}@host:0",
    f"://:{SECRET}@host:99999",
    f"://:{SECRET}@a..b",
    f"://:{SECRET}@{'a' * 64}",
    f"://:{SECRET}@[::1",
    f"://:{SECRET}@",
    f"://:{SECRET}",
    f"://:{SECRET}@host/0#a",
    f"://:{SECRET}@host\n",
]
"""What may stand behind the scheme, of which some part would be taken for a host or a port."""
UNUSABLE: dict[str, list[str]] = {
    "APP_API_TOKEN": [
        f"{SECRET} two",
        f"{SECRET}ü",
        f"{SECRET}\n",
        f"{SECRET}=a",
        "\udcff" + SECRET,
    ],
    "APP_API_CLIENT": [f" {SECRET}", f"{SECRET}\t", f"{SECRET}\na", "\udcff" + SECRET],
    "APP_DATABASE_URL": [
        *(f"postgresql{address}" for address in ADDRESSES if not address.endswith("@")),
        f"postgres://:{SECRET}@host/rows",
        f"postgresql+asyncpg://:{SECRET}@host/rows",
        f"sqlite://{SECRET}",
        f"sqlite:///{SECRET}?mode=ro",
        "sqlite:///:memory:",
        SECRET,
    ],
    "APP_DATABASE_POOL_SIZE": [SECRET, "0", "-1", "1001", "1.5"],
    "APP_FILES_DIRECTORY": [f"/dev/null/{SECRET}", "/dev/null", SECRET * 50, f"loop-{SECRET}"],
    "APP_FRONTEND_DIRECTORY": [f"/dev/null/{SECRET}", "/dev/null", SECRET * 50, f"loop-{SECRET}"],
    "APP_LOGIN_USER": [f" {SECRET}", f"{SECRET}\t", f"{SECRET}\na", "\udcff" + SECRET],
    "APP_LOGIN_PASSWORD": ["\udcff" + SECRET],
    "APP_SECRET_KEYS": [SECRET, f"{KEY},{SECRET}", f"{KEY},", ",", "\udcff" + KEY],
    "APP_STATE_URL": [
        *(f"redis{address}" for address in ADDRESSES),
        *(f"rediss{address}" for address in ADDRESSES[:3]),
        f"redis://:{SECRET}@host/one",
        f"redis://host/0?password={SECRET}@",
        f"redis://127.0.0.1:1/0?passwrod={SECRET}",
        f"redis://127.0.0.1:1/0?db={SECRET}",
        f"redis://127.0.0.1:1/0?socket_timeout={SECRET}",
        f"unix://:{SECRET}@",
        f"http://:{SECRET}@host",
        f"memory://{SECRET}",
        SECRET,
        f"host:6379/{SECRET}",
    ],
    "APP_TRUSTED_HOSTS": [f"https://{SECRET}", f"{SECRET}:80", f"{SECRET}/", ",", "*", "\udcff"],
    "APP_UPSTREAM_URL": [
        *(f"http{address}" for address in ADDRESSES),
        *(f"https{address}" for address in ADDRESSES[:3]),
        f"http://host/path?key={SECRET}",
        f"http://host/path#{SECRET}",
        f"http://host/%{SECRET}",
        f"ftp://:{SECRET}@host",
        f"//:{SECRET}@host",
        SECRET,
    ],
    "APP_UPSTREAM_TIMEOUT": [SECRET, "0", "-1", "nan", "inf", "10s"],
    "OTEL_EXPORTER_OTLP_ENDPOINT": [
        *(f"http{address}" for address in ADDRESSES),
        f"http://user:{SECRET}@host",
        f"http://host/path?key={SECRET}",
        f"grpc://{SECRET}:4317",
        SECRET,
    ],
    "APP_WEBHOOK_SECRETS": [
        SECRET,
        f"whsec_{SECRET}",
        "whsec_c2VjcmV0IG9mIHRoZSB0ZXN0cyBvbm",
        "c2VjcmV0IG9mIHRoZSB0ZXN0cyBvbmx5",
        f"whsec_c2VjcmV0IG9mIHRoZSB0ZXN0cyBvbmx5,whsec_{SECRET}",
        "whsec_c2VjcmV0IG9mIHRoZSB0ZXN0cyBvbmx5,",
    ],
}
"""For each setting what no service can work with."""
USABLE: dict[str, list[str]] = {
    "APP_API_TOKEN": ["a.b-c_d~e+f/g==", ""],
    "APP_API_CLIENT": ["Ana Žluť", ""],
    "APP_DATABASE_URL": [
        "sqlite:///app.db",
        "sqlite:////var/lib/service/rows.db",
        "postgresql://user:p%40ss%2Fw:o!rd@host.example:5432/rows?sslmode=require",
        "postgresql://[::1]/rows",
        "",
    ],
    "APP_DATABASE_POOL_SIZE": ["1", "1000", ""],
    "APP_FILES_DIRECTORY": [".", "not/there/yet", ""],
    "APP_FRONTEND_DIRECTORY": [".", "not/there/yet", ""],
    "APP_LOGIN_USER": ["ana@example.com", "Ana Žluť", ""],
    "APP_LOGIN_PASSWORD": ["correct horse", " ", "ü", ""],
    "APP_SECRET_KEYS": [KEY, f"{KEY}, {KEY}", ""],
    "APP_STATE_URL": ["memory://", ""],
    "APP_TRUSTED_HOSTS": ["api.example.com", "*.example.com, [::1], 10.0.0.1", ""],
    "APP_UPSTREAM_URL": [
        "http://127.0.0.1:9000",
        "https://user:p%40ss%2Fw:o!rd@host.example:65535/v1/%20/",
        "http://[::1]:80/",
        "http://service_a/",
        "",
    ],
    "APP_UPSTREAM_TIMEOUT": ["0.5", "1e1", ""],
    "OTEL_EXPORTER_OTLP_ENDPOINT": ["http://127.0.0.1:4318", "https://collector.example/otlp/", ""],
    "APP_WEBHOOK_SECRETS": [
        "whsec_c2VjcmV0IG9mIHRoZSB0ZXN0cyBvbmx5, whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "",
    ],
}
PARTS = {"path": "/parts", "model": "Part", "fields": {"name": "str"}, "operations": ["list"]}
"""A resource, with which a project has a database."""
START = '''
import asyncio, json, logging, os, sys

import app.http.state
from app.main import app
from app.settings import Settings

sys.modules["app.http.state"].TIMEOUT = 0.5


async def start() -> str:
    """Return what the server would log, or nothing after a start."""
    said = asyncio.Queue()
    messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

    async def receive():
        return next(messages)

    try:
        await app({"type": "lifespan", "state": {}}, receive, said.put)
    except Exception as error:
        logging.exception("the start fails")
        if said.empty():
            return f"no message, but {error!r}"
    return said.get_nowait().get("message", "")


told = []
for name, value in json.load(sys.stdin):
    if value:
        os.environ[name] = value
    else:
        os.environ.pop(name, None)
    Settings.forget()
    told.append(asyncio.run(start()))
    os.environ.pop(name, None)
print(json.dumps(told))
'''
"""Starts the service once with each setting."""
TALKATIVE = """
import logging

import app.http.state

app.http.state.TIMEOUT = 0.5
logging.basicConfig(level=logging.DEBUG)

from app.main import app
"""
"""Logs whatever anybody has to say, and waits for Redis no longer than tests can."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project that reads every setting."""
    made = tour(tmp_path_factory.mktemp("settings") / "service", PARTS)
    loop = made.folder / f"loop-{SECRET}"
    loop.symlink_to(loop.name)
    (made.folder / "start.py").write_text(START, encoding="utf-8")
    (made.folder / "talkative.py").write_text(TALKATIVE, encoding="utf-8")
    return made


def started(
    project: Project, rows: list[tuple[str, str]]
) -> tuple[list[str], subprocess.CompletedProcess[str]]:
    """Return what each start says, and what the process that starts prints."""
    settings = {"APP_LOGIN_PASSWORD": "correct horse"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("APP_")}
    ran = subprocess.run(
        [sys.executable, "-W", "error", "start.py"],
        cwd=project.folder,
        env=kept | settings,
        input=json.dumps(rows),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(ran.stdout), ran


def test_every_setting_is_tried() -> None:
    """One that comes later has to say what it cannot be."""
    known = {name for module in load().data["vocabulary"]["settings"].values() for name in module}
    assert set(UNUSABLE) == set(USABLE) == known
    assert all(UNUSABLE.values())
    assert all(USABLE.values())


def test_unusable_settings_end_the_start(project: Project) -> None:
    """In one line that names the variable, and nothing of what it holds."""
    rows = [(name, value) for name, values in UNUSABLE.items() for value in values]
    told, ran = started(project, rows)
    accepted = [
        (row, line)
        for row, line in zip(rows, told, strict=True)
        if not line.startswith(row[0]) or "\n" in line
    ]
    assert accepted == []
    assert SECRET not in "".join(told)
    assert SECRET not in ran.stderr


def test_usable_settings_start(project: Project) -> None:
    """Those that are not set as well, and the examples that a project comes with.

    That of state in a database needs a table, which tests/generated/test_workers.py makes.
    """
    rows = [(name, value) for name, values in USABLE.items() for value in values]
    modules = {**load().data["vocabulary"]["settings"]}
    del modules["database_state"]
    for module in modules.values():
        rows += [(name, setting["example"]) for name, setting in module.items()]
    told, _ = started(project, rows)
    assert [(row, line) for row, line in zip(rows, told, strict=True) if line] == []


def test_file_that_cannot_be_read(project: Project) -> None:
    """Is an unusable setting as well."""
    file = project.folder / ".env"
    file.write_bytes(f"APP_LOGIN_PASSWORD={SECRET}".encode() + b"\xff")
    try:
        (told,), ran = started(project, [("APP_LOGIN_USER", "ana")])
    finally:
        file.unlink()
    assert told.startswith(".env ")
    assert SECRET not in told + ran.stderr


def test_all_that_is_wrong_is_told_at_once(project: Project) -> None:
    """In the same line."""
    settings = {"APP_SECRET_KEYS": SECRET, "APP_UPSTREAM_TIMEOUT": "soon"}
    output = served(project, settings)
    (line,) = [line for line in output.splitlines() if line.startswith("ERROR") and "APP_" in line]
    assert "APP_SECRET_KEYS: " in line
    assert "; APP_UPSTREAM_TIMEOUT: " in line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("APP_STATE_URL", f"redis://:{SECRET}@127.0.0.1:1"),
        ("APP_WEBHOOK_SECRETS", f"whsec_{SECRET}"),
    ],
)
def test_uvicorn_ends_with_one_line(project: Project, name: str, value: str) -> None:
    """And without a traceback."""
    output = served(project, {name: value})
    errors = [line for line in output.splitlines() if line.startswith("ERROR")]
    assert len(errors) == 2, output
    assert name in errors[0]
    assert errors[1].endswith("Application startup failed. Exiting.")
    assert "Traceback" not in output
    assert SECRET not in output


def served(project: Project, settings: dict[str, str]) -> str:
    """Return what uvicorn prints before it gives up."""
    ran = subprocess.run(
        [sys.executable, "-m", "uvicorn", "app.main:app", "--port", "0"],
        cwd=project.folder,
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=30,
    )
    assert ran.returncode == 3, ran.stdout
    return ran.stdout


class Service(BaseRequestHandler):
    """Stands in for Redis and for an upstream: it says OK, nothing, or what it was sent."""

    server: "Server"

    def handle(self) -> None:
        """Serve one connection."""
        while sent := self.request.recv(65536):
            self.server.received += sent
            if self.server.does == "answer":
                self.request.sendall(b"+OK\r\n" * sent.count(b"*"))
            elif self.server.does == "repeat":
                words = sent.replace(b"\r\n", b" ")
                self.request.sendall(b"-ERR unknown command, with args: %s\r\n" % words)
            elif self.server.does == "serve":
                head = b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n"
                self.request.sendall(head + b"Content-Length: 1\r\n\r\na")
            elif self.server.does == "leave":
                return


class Server(ThreadingTCPServer):
    """What the stand-in does, and all that it was sent."""

    daemon_threads = True
    does = "answer"
    received = b""

    @property
    def address(self) -> str:
        """Return its address behind a password."""
        return f"user:{SECRET}@127.0.0.1:{self.server_address[1]}"


@contextmanager
def running(does: str) -> Iterator[Server]:
    """Run the stand-in."""
    with Server(("127.0.0.1", 0), Service) as server:
        server.does = does
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def service() -> Iterator[Server]:
    """Run a stand-in that answers."""
    with running("answer") as server:
        yield server


def test_start_without_redis(project: Project) -> None:
    """One that repeats the password, says nothing, leaves, or speaks another language."""
    with ExitStack() as stack:
        kinds = ("repeat", "silence", "leave", "serve")
        services = [stack.enter_context(running(does)) for does in kinds]
        urls = [
            f"redis://{service.address}/0?protocol={number}"
            for service in services
            for number in (2, 3)
        ]
        told, ran = started(project, [("APP_STATE_URL", url) for url in urls])
    starts = "APP_STATE_URL: Redis does not answer: "
    assert [line for line in told if not line.startswith(starts) or "\n" in line] == []
    assert SECRET not in "".join(told) + ran.stderr
    assert all(SECRET.encode() in service.received for service in services)


@contextmanager
def logging_everything(project: Project, log: Path, **settings: str) -> Iterator[int]:
    """Serve the project with every logger at its most talkative, and yield the port."""
    port = free_port()
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", *f"uvicorn talkative:app --port {port}".split()],
            cwd=project.folder,
            env={**os.environ, **settings},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(10)


def hidden(log: Path) -> str:
    """Return what was logged, in which neither the password is nor what is sent in its place."""
    text = log.read_text()
    encoded = b64encode(f"user:{SECRET}".encode()).decode()
    assert SECRET not in text
    assert encoded not in text
    return text


def test_redis_fails_while_the_service_runs(
    project: Project, service: Server, tmp_path: Path
) -> None:
    """It is logged why, and not what the password is."""
    log = tmp_path / "log"
    state_url = f"redis://{service.address}/0?protocol=2"
    with logging_everything(project, log, APP_STATE_URL=state_url) as port:
        for does in ("leave", "repeat", "silence"):
            service.does = does
            token = "Cookie: __Secure-refresh=a.b"
            answers = [ask(port, "GET /look-up"), ask(port, "POST /auth/refresh", token)]
            assert [one.status_line.split()[1] for one in answers] == [b"503", b"503"]
    assert SECRET.encode() in service.received
    assert hidden(log).count("State is not available: Redis has failed: ") == 6


def test_upstream_fails_or_not(project: Project, service: Server, tmp_path: Path) -> None:
    """Its address is logged with each request, without the password that is sent."""
    log = tmp_path / "log"
    settings = {"APP_UPSTREAM_URL": f"http://{service.address}/a", "APP_UPSTREAM_TIMEOUT": "0.2"}
    told = []
    with logging_everything(project, log, **settings) as port:
        for does in ("serve", "silence", "leave"):
            service.does = does
            told.append(ask(port, "GET /reports/yearly").status_line.split()[1])
    assert told == [b"200", b"504", b"502"]
    assert f"Authorization: Basic {b64encode(f'user:{SECRET}'.encode()).decode()}".encode() in (
        service.received
    )
    assert f"http://127.0.0.1:{service.server_address[1]}/a/yearly" in hidden(log)

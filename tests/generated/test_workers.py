"""State with two worker processes: each has its own in memory; Redis and a database are shared."""

import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import httpx2
import pytest

from tests.generated.database import database
from tests.generated.project import Project, generate
from tests.generated.server import free_port

SESSION = "cookie-session-server-side"
REFRESH = "cookie-refresh-rotation"
ENDPOINTS = [
    {
        "name": "log_in",
        "method": "POST",
        "path": "/login",
        "status": "status-no-content",
        "cookies": [{"pattern": SESSION, "action": "login"}],
    },
    {
        "name": "account",
        "method": "GET",
        "path": "/account",
        "response": "json-model",
        "cookies": [SESSION],
    },
    {
        "name": "limited",
        "method": "GET",
        "path": "/limited",
        "response": "json-model",
        "headers": [{"pattern": "rate-limit", "quota": 5, "window": 600}],
    },
    {
        "name": "order",
        "method": "POST",
        "path": "/orders",
        "response": "json-model",
        "headers": ["idempotency-key"],
    },
    {
        "name": "token_login",
        "method": "POST",
        "path": "/auth/login",
        "status": "status-no-content",
        "cookies": [{"pattern": REFRESH, "action": "login"}],
    },
    {
        "name": "token_refresh",
        "method": "POST",
        "path": "/auth/refresh",
        "response": "json-model",
        "cookies": [REFRESH],
    },
]
CREDENTIALS = {"username": "admin", "password": "correct horse"}
IN_MEMORY = (
    r"State is kept in the memory of process (\d+): other workers do not see it, and a restart"
    r" loses it\. Set APP_STATE_URL=redis://\.\.\. to share and keep it\."
)
TRIES = 200


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project with everything that the store keeps."""
    return generate(tmp_path_factory.mktemp("workers") / "service", endpoints=ENDPOINTS)


@contextmanager
def serve(project: Project, log: Path, state_url: str | None, **settings: str) -> Iterator[str]:
    """Serve the project with two workers, and yield its address once both have started."""
    port = free_port()
    state = {"APP_STATE_URL": state_url} if state_url else {}
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", *f"uvicorn app.main:app --workers 2 --port {port}".split()],
            cwd=project.folder,
            env={**os.environ, "APP_LOGIN_PASSWORD": "correct horse", **state, **settings},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + 60
        while log.read_text().count("Application startup complete.") < 2:
            assert time.monotonic() < deadline, log.read_text()
            assert server.poll() is None, log.read_text()
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(10)


def cookie_of(answer: httpx2.Response) -> dict[str, str]:
    """Return what sends its cookie back: a client does not send a `Secure` one over http."""
    return {"Cookie": answer.headers["set-cookie"].partition(";")[0]}


def sessions(client: httpx2.Client) -> Iterator[bool]:
    """Log in once, and say of each request whether the session was known."""
    cookie = cookie_of(client.post("/login", json=CREDENTIALS).raise_for_status())
    while True:
        yield client.get("/account", headers=cookie).status_code == 200


def rate_limits(client: httpx2.Client) -> Iterator[bool]:
    """Say after each request whether no more than the quota were let through."""
    accepted = 0
    while True:
        answer = client.get("/limited")
        assert answer.status_code in (200, 429)
        accepted += answer.status_code == 200
        yield accepted <= 5


def idempotency_keys(client: httpx2.Client) -> Iterator[bool]:
    """Say of each request with the same key, but the first, whether the key was known."""
    key = {"Idempotency-Key": str(uuid.uuid4())}
    client.post("/orders", headers=key).raise_for_status()
    while True:
        yield "idempotent-replayed" in client.post("/orders", headers=key).headers


def refresh_tokens(client: httpx2.Client) -> Iterator[bool]:
    """Log in once, and say of each token whether another one was given for it."""
    cookie = cookie_of(client.post("/auth/login", json=CREDENTIALS).raise_for_status())
    while True:
        answer = client.post("/auth/refresh", headers=cookie)
        if answer.status_code == 200:
            cookie = cookie_of(answer)
        yield answer.status_code == 200


KINDS = [sessions, rate_limits, idempotency_keys, refresh_tokens]


def seen(address: str, kind: Callable[[httpx2.Client], Iterator[bool]]) -> set[bool]:
    """Return what the requests of this kind found, until both were seen.

    The system decides which worker gets a connection, so each request has one of its own.
    """
    one_request_each = httpx2.Limits(max_keepalive_connections=0)
    with httpx2.Client(base_url=address, limits=one_request_each) as client:
        found: set[bool] = set()
        for known in islice(kind(client), TRIES):
            found.add(known)
            if len(found) == 2:
                break
        return found


def test_memory_is_that_of_one_worker(project: Project, tmp_path: Path) -> None:
    """Each of them says so when it starts, and knows only what it has done itself."""
    log = tmp_path / "log.txt"
    with serve(project, log, None) as address:
        found = {kind.__name__: seen(address, kind) for kind in KINDS}
    assert found == {kind.__name__: {True, False} for kind in KINDS}
    assert len(set(re.findall(IN_MEMORY, log.read_text()))) == 2, log.read_text()


def test_redis_is_shared(project: Project, tmp_path: Path, redis_url: str) -> None:
    """Every worker knows what the others have done, and there is nothing to warn of."""
    log = tmp_path / "log.txt"
    with serve(project, log, redis_url) as address:
        found = {kind.__name__: seen(address, kind) for kind in KINDS}
    assert found == {kind.__name__: {True} for kind in KINDS}
    assert "State is kept" not in log.read_text()


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.full)])
def test_a_database_is_shared(project: Project, tmp_path: Path, kind: str) -> None:
    """Every worker knows what the others have done, and so do those after a restart.

    Only rate limits are counted by each worker.
    """
    application = [{"pattern": "state-store", "database": True}]
    made = generate(tmp_path / "service", endpoints=ENDPOINTS, application=application)
    log = tmp_path / "log.txt"
    with database(kind, tmp_path) as url:
        ran = made.run("uvicorn", "app.main:app", APP_STATE_URL="database://", APP_DATABASE_URL=url)
        assert "has no table state_entries; run alembic upgrade head" in ran.stderr
        for command in (("revision", "--autogenerate", "-m", "First"), ("upgrade", "head")):
            ran = made.run("alembic", *command, APP_DATABASE_URL=url)
            assert ran.returncode == 0, ran.stderr
        with serve(made, log, "database://", APP_DATABASE_URL=url) as address:
            shared = [kind for kind in KINDS if kind is not rate_limits]
            found = {kind.__name__: seen(address, kind) for kind in shared}
            cookie = cookie_of(httpx2.post(f"{address}/login", json=CREDENTIALS))
        assert found == {kind.__name__: {True} for kind in shared}
        assert "State is kept" not in log.read_text()
        with serve(made, log, "database://", APP_DATABASE_URL=url) as address:
            assert httpx2.get(f"{address}/account", headers=cookie).status_code == 200
    ran = project.run("uvicorn", "app.main:app", APP_STATE_URL="database://")
    assert "APP_STATE_URL: a database needs state-store(database=true)" in ran.stderr


@pytest.mark.parametrize(
    ("state_url", "line"),
    [
        (
            "http://:secret@127.0.0.1/0",
            "ERROR:    APP_STATE_URL: it is no address such as memory:// or redis://user:password@",
        ),
        (
            "redis://:secret@127.0.0.1:1/0",
            "ERROR:    APP_STATE_URL: Redis does not answer: ",
        ),
    ],
)
def test_wrong_address_is_one_line(project: Project, state_url: str, line: str) -> None:
    """The service does not start, and says why without a traceback and without the password."""
    port = str(free_port())
    ran = project.run("uvicorn", "app.main:app", "--port", port, APP_STATE_URL=state_url)
    assert ran.returncode == 3
    *_, reason, last = ran.stderr.splitlines()
    assert reason.startswith(line)
    assert last == "ERROR:    Application startup failed. Exiting."
    assert "Traceback" not in ran.stderr
    assert "secret" not in ran.stderr

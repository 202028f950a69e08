"""State with two worker processes: each has its own in memory, and Redis is shared."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.generated.ports import free_port
from tests.generated.project import Project, generate

SESSION = "cookie-session-server-side"
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
]
IN_MEMORY = (
    r"State is kept in the memory of process (\d+): other workers do not see it, and a restart"
    r" loses it\. Set APP_STATE_URL=redis://\.\.\. to share and keep it\."
)
TRIES = 200


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project that keeps sessions on the server."""
    return generate(tmp_path_factory.mktemp("workers") / "service", endpoints=ENDPOINTS)


@contextmanager
def serve(project: Project, log: Path, state_url: str | None) -> Iterator[str]:
    """Serve the project with two workers, and yield its address once both have started."""
    port = free_port()
    state = {"APP_STATE_URL": state_url} if state_url else {}
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", *f"uvicorn app.main:app --workers 2 --port {port}".split()],
            cwd=project.folder,
            env={**os.environ, "APP_LOGIN_PASSWORD": "correct horse", **state},
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


def statuses(address: str, expected: set[int]) -> set[int]:
    """Log in once, and return what the session is answered with until all expected were seen.

    The system decides which worker gets a connection, so each request has one of its own.
    """
    credentials = {"username": "admin", "password": "correct horse"}
    one_request_each = httpx2.Limits(max_keepalive_connections=0)
    with httpx2.Client(base_url=address, limits=one_request_each) as client:
        answer = client.post("/login", json=credentials)
        assert answer.status_code == 204
        # The cookie is `Secure`, so the client does not send it over http by itself.
        cookie = {"Cookie": answer.headers["set-cookie"].partition(";")[0]}
        seen: set[int] = set()
        for _ in range(TRIES):
            seen.add(client.get("/account", headers=cookie).status_code)
            if len(expected) > 1 and seen == expected:
                break
        return seen


def test_memory_is_that_of_one_worker(project: Project, tmp_path: Path) -> None:
    """Each of them says so when it starts, and knows only the sessions that it has started."""
    log = tmp_path / "log.txt"
    with serve(project, log, None) as address:
        assert statuses(address, {200, 401}) == {200, 401}
    assert len(set(re.findall(IN_MEMORY, log.read_text()))) == 2, log.read_text()


def test_redis_is_shared(project: Project, tmp_path: Path, redis_url: str) -> None:
    """Every worker knows every session, and there is nothing to warn of."""
    log = tmp_path / "log.txt"
    with serve(project, log, redis_url) as address:
        assert statuses(address, {200}) == {200}
    assert "State is kept" not in log.read_text()


@pytest.mark.parametrize(
    ("state_url", "line"),
    [
        (
            "http://:secret@127.0.0.1/0",
            "ERROR:    APP_STATE_URL cannot be used: it begins with none of memory://, redis://,"
            " rediss:// and unix://",
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

"""Endpoints over rows: their own suite, and what many clients at once see of a real server."""

import json
import shutil
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from scaffold.catalogue.patterns import load
from scaffold.spec.resources import expanded
from tests.generated.database import cluster, database
from tests.generated.project import Project, generate
from tests.generated.server import HOST, Answer, ask, serve

POST = {
    "path": "/posts",
    "model": "Post",
    "fields": {
        "title": "str(max_length=2000)",
        "price": "decimal | None",
        "tags": "list[str]",
        "at": "datetime",
        "state": "enum(draft, published) = draft",
        "places": "dict[str, Place] | None",
        "mainTag": "Tag | None",
        "otherTag": "Tag | None",
        "photoUrls": "list[Photo]",
    },
    "unique": ["title"],
    "order": ["title", "at"],
}
TAG = {"path": "/tags", "model": "Tag", "fields": {"id": "uuid", "day": "date", "size": "float"}}
NOTE = {
    "path": "/notes",
    "model": "Note",
    "fields": {"post": "Post", "labels": "list[Label](min_length=1)"},
}
STATE = {"pattern": "state-store", "database": True}
MODELS = [
    {"name": "Place", "fields": {"city": "str"}},
    {"name": "Photo", "fields": {"url": "str = none", "tag": "Tag"}},
    {"name": "Label", "fields": {"text": "str(max_length=20)", "words": "list[str]"}},
]
SENT = {
    "title": "a",
    "price": "1.10",
    "tags": ["x"],
    "at": "2026-01-31T12:00:00+02:00",
    "photoUrls": [],
}
STATEMENTS = Path(__file__).with_name("statements.py")
"""A test module for the project, which counts what each operation asks of the database."""
SEED = """\
from tests.resources.posts import example
from app.http.database import new_session
with new_session() as session:
    for number in range(1, 5_001):
        row = example(number)
        row.title = str(number) + "x" * 1_000
        row.main_tag_id, row.other_tag_id, row.photo_urls = None, None, []
        session.add(row)
"""


NAMES = ("database", "database_state", "health", "state", "violations")
HTTP = tuple(f"tests/http/test_{name}.py" for name in NAMES)
OWN = ("tests/endpoints", *HTTP, "tests/test_migrations.py")
"""The tests of a project that are about rows; the rest of the suite runs in other projects."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project with three resources that lead to each other, state, and a migration."""
    given = {"models": MODELS, "resources": [POST, TAG, NOTE], "application": [STATE]}
    answers = expanded(given, (), load())
    listing = next(one for one in answers["endpoints"] if one["name"] == "list_posts")
    listing["query"]["state"] = "enum(draft, published) | None"
    listing["query"]["main_tag_id"] = "uuid | None"
    notes = next(one for one in answers["endpoints"] if one["name"] == "list_notes")
    notes["query"] = {"post_id": "int | None"}
    made = generate(tmp_path_factory.mktemp("resources") / "service", **answers)
    shutil.copy(STATEMENTS, made.folder / "tests/endpoints/test_statements.py")
    alembic(made, "sqlite:///first.db", "revision", "--autogenerate", "-m", "First")
    return made


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, project: Project, tmp_path: Path) -> Iterator[str]:
    """Yield the URL of a database with the tables that the project's first migration makes."""
    with database(request.param, tmp_path) as url:
        alembic(project, url, "upgrade", "head")
        alembic(project, url, "check")
        yield url


def alembic(project: Project, url: str, *arguments: str) -> None:
    """Run a command of Alembic's in the project."""
    ran = project.run("alembic", *arguments, APP_DATABASE_URL=url)
    assert ran.returncode == 0, ran.stderr


@contextmanager
def served(project: Project, url: str, pool: int = 10) -> Iterator[int]:
    """Serve the project on a database."""
    settings = {"APP_DATABASE_URL": url, "APP_DATABASE_POOL_SIZE": str(pool)}
    with serve(project, "uvicorn", "app.main:app", settings=settings) as port:
        yield port


def post(port: int, title: str) -> Answer:
    """Create one."""
    body = json.dumps(SENT | {"title": title}).encode()
    return ask(port, "POST /posts", "Content-Type: application/json", body=body)


def status(answer: Answer) -> int:
    """Return the status of an answer."""
    return int(answer.status_line.split()[1])


def test_lint_format_types(project: Project) -> None:
    """Nothing is found by ruff, ruff format and mypy --strict."""
    project.lint()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_suite_passes(project: Project, tmp_path: Path, kind: str) -> None:
    """On both databases, and the migrations lead to the tables; the owner's rows are let alone."""
    own = project.folder / "app.db"
    own.write_bytes(b"rows")
    with database(kind, tmp_path) as url:
        given = url if kind == "postgresql" else ""
        options = ("-q", "-p", "no:cacheprovider", "-W", "error")
        ran = project.run("pytest", *options, *OWN, TEST_DATABASE_URL=given)
        assert ran.returncode == 0, ran.stdout
    assert own.read_bytes() == b"rows"


def test_one_writer_wins(project: Project, url: str) -> None:
    """Of twenty that have read the same version, one writes, and the others are told so."""
    with served(project, url) as port:
        assert status(post(port, "a")) == 201
        bodies = [json.dumps({"title": f"title {number}"}).encode() for number in range(20)]

        def write(body: bytes) -> int:
            lines = ("Content-Type: application/json", 'If-Match: "1"')
            return status(ask(port, "PATCH /posts/1", *lines, body=body))

        with ThreadPoolExecutor(20) as pool:
            statuses = sorted(pool.map(write, bodies))
        assert statuses == [200] + [412] * 19
        assert ask(port, "GET /posts/1").all(b"etag") == [b'"2"']


def test_one_of_many_is_created(project: Project, url: str) -> None:
    """Of twenty with the same title, one is stored."""
    with served(project, url) as port, ThreadPoolExecutor(20) as pool:
        statuses = sorted(status(answer) for answer in pool.map(post, [port] * 20, ["a"] * 20))
        assert statuses == [201] + [409] * 19


@pytest.mark.full
def test_no_client_holds_a_connection(project: Project, url: str) -> None:
    """Neither one that reads slowly, nor one that waits while there are more than threads."""
    (project.folder / "seed.py").write_text(SEED)
    ran = project.run("seed", APP_DATABASE_URL=url)
    assert ran.returncode == 0, ran.stderr
    with served(project, url, pool=5) as port:
        slow = []
        for _ in range(8):
            client = socket.create_connection((HOST, port), 10)
            client.sendall(b"GET /posts/export HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert client.recv(1_000).startswith(b"HTTP/1.1 200")
            slow.append(client)
        with ThreadPoolExecutor(100) as pool:
            answers = pool.map(ask, [port] * 200, ["GET /posts/1"] * 200)
            assert {status(answer) for answer in answers} == {200}
        for client in slow:
            client.close()


ASKED = ("GET /health/ready", "GET /posts", "GET /posts/1", "GET /posts/export", "DELETE /posts/2")


def assert_unavailable(port: int) -> None:
    """Nothing is answered with rows, and each answer says when to come back."""
    for request in ASKED:
        answer = ask(port, request)
        assert (status(answer), answer.all(b"retry-after")) == (503, [b"5"]), request
        assert answer.all(b"cache-control") == [b"no-store"]
    answer = post(port, "b")
    assert (status(answer), answer.all(b"retry-after")) == (503, [b"5"])


def test_a_database_comes_and_goes(project: Project) -> None:
    """It may be down at the start and later, and nothing has to be started anew."""
    with cluster() as postgresql:
        postgresql.start()
        alembic(project, postgresql.url, "upgrade", "head")
        postgresql.stop()
        with served(project, postgresql.url) as port:
            for _ in range(2):
                assert_unavailable(port)
                postgresql.start()
                assert status(ask(port, "GET /health/ready")) == 200
                assert status(post(port, "a")) in (201, 409)
                assert status(ask(port, "GET /posts/1")) == 200
                # So that connections wait in the pool.
                with ThreadPoolExecutor(8) as pool:
                    assert {
                        status(one) for one in pool.map(ask, [port] * 8, ["GET /posts"] * 8)
                    } == {200}
                postgresql.stop()
            assert_unavailable(port)


def test_idle_connections_are_replaced(project: Project) -> None:
    """A request after the database was started anew is answered, and is not the first to fail."""
    with cluster() as postgresql:
        postgresql.start()
        alembic(project, postgresql.url, "upgrade", "head")
        with served(project, postgresql.url) as port:
            assert status(post(port, "a")) == 201
            postgresql.stop()
            postgresql.start()
            time.sleep(1.1)  # longer than what `TRUSTED` says
            assert status(ask(port, "GET /posts/1")) == 200


def test_a_file_that_cannot_be_opened(project: Project, tmp_path: Path) -> None:
    """It is no database yet; it comes, and nothing has to be started anew."""
    file = tmp_path / "folder" / "rows.db"
    with served(project, f"sqlite:///{file}") as port:
        assert_unavailable(port)
        file.parent.mkdir()
        file.write_bytes(b"no database" * 1_000)
        assert_unavailable(port)
        file.unlink()
        alembic(project, f"sqlite:///{file}", "upgrade", "head")
        assert status(ask(port, "GET /health/ready")) == 200
        assert status(post(port, "a")) == 201

"""A project holds its owner's tests: small, and red as soon as an endpoint breaks."""

from pathlib import Path
from typing import Any

import pytest

from tests.generated.project import Project, generate
from tests.generated.test_suite_can_fail import unseen

ONE = [{"name": "get_posts", "method": "GET", "path": "/posts", "response": "json-model"}]
AROUND = ["head-options", "security-headers"]
SEVERAL: list[dict[str, Any]] = [
    *ONE,
    {
        "name": "visit",
        "method": "GET",
        "path": "/visit",
        "response": "json-direct",
        "headers": [{"pattern": "cache-control", "directives": "private, max-age=60"}],
        "cookies": [{"pattern": "cookie-set", "name": "seen", "samesite": "strict"}],
    },
    {"name": "table", "method": "GET", "path": "/table.csv", "response": "csv-stream"},
    {"name": "old", "method": "GET", "path": "/old", "response": "redirect"},
    {"name": "gone", "method": "DELETE", "path": "/gone", "status": "status-no-content"},
]
BREAKS = [
    ("app/endpoints/get_posts.py", 'title="example"', 'title="other"'),
    ("app/endpoints/get_posts.py", "title: str", "name: str = ''\n    title: str"),
    ("app/endpoints/get_posts.py", '"/posts"', '"/posts", status_code=201'),
    ("app/endpoints/visit.py", "private, max-age=60", "public, max-age=60"),
    ("app/endpoints/visit.py", "seen_cookie.set(response, ", "str("),
    ("app/cookies/seen.py", "httponly=True", "httponly=False"),
    ("app/cookies/seen.py", "secure=True", "secure=False"),
    ("app/cookies/seen.py", 'samesite="strict"', 'samesite="lax"'),
    ("app/endpoints/table.py", "dependencies=[Depends(download)],", ""),
    ("app/endpoints/old.py", "status_code=307", "status_code=303"),
    ("app/endpoints/gone.py", "status_code=204", "status_code=200"),
    ("app/endpoints/visit.py", "documented(200, cache_control, seen_cookie)", "None"),
    ("app/endpoints/old.py", "documented(307, location)", "documented(308, location)"),
]
"""What no test of the toolkit has to notice."""


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project with one endpoint, as `scaffold new` makes it."""
    folder = tmp_path_factory.mktemp("one") / "service"
    return generate(folder, endpoints=ONE, application=AROUND, toolkit_tests=False)


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project with endpoints of several kinds."""
    folder = tmp_path_factory.mktemp("several") / "service"
    return generate(folder, endpoints=SEVERAL, application=AROUND, toolkit_tests=False)


def size(project: Project) -> tuple[int, int]:
    """Return how many files there are, and how many lines they have."""
    contents = [path.read_bytes() for path in project.folder.rglob("*") if path.is_file()]
    return len(contents), sum(content.count(b"\n") for content in contents)


def test_one_endpoint_is_small(one: Project) -> None:
    """Whoever opens it can read all of it."""
    files, lines = size(one)
    assert files <= 26
    assert lines <= 1552
    readme = (one.folder / "README.md").read_text(encoding="utf-8")
    assert readme.count("\n") <= 90
    collected = one.must("pytest", "--collect-only", "-q", "-p", "no:cacheprovider")
    assert 3 <= collected.count("::") <= 16


def test_preset_is_small(tmp_path: Path) -> None:
    """The one for web pages."""
    _, lines = size(generate(tmp_path / "web", preset="web", toolkit_tests=False))
    assert lines <= 3448


@pytest.mark.parametrize("name", ["one", "several"])
def test_project_is_clean(name: str, request: pytest.FixtureRequest) -> None:
    """Ruff, mypy --strict and its own tests, with warnings as errors, have nothing to say."""
    project: Project = request.getfixturevalue(name)
    project.lint()
    project.test()


def test_streams_are_tested_where_there_are_some(one: Project, several: Project) -> None:
    """And not of the toolkit, in neither."""
    tests = {"conftest.py", "endpoints", "test_middleware.py", "test_openapi.py", "wire.py"}
    streams = {"test_streams.py", "test_unbuffered.py"}
    for project, more in ((one, set()), (several, streams)):
        found = {path.name for path in (project.folder / "tests").iterdir()}
        assert found - {"__init__.py", "__pycache__"} == tests | more


def test_broken_endpoints_are_noticed(several: Project) -> None:
    """A flag, a header, a status, a body and the document, by the owner's tests alone."""
    assert unseen(several, BREAKS) == ""

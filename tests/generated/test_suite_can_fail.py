"""A generated suite goes red when a flag, a header, a status or a media type is broken.

In the default run every sixth module is broken, in one way: the first of its rows.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from tests.generated.breaks import (
    APPLICATION,
    BREAKS,
    ENDPOINTS,
    REDIS_BREAKS,
    SESSION_BREAKS,
    TEMPLATE_BREAKS,
)
from tests.generated.project import Project, generate
from tests.sampling import some

pytestmark = pytest.mark.apart

ROOT = Path(__file__).parents[2]
Break = tuple[str, str, str]
PARTS = 6
"""Over how many tests the breaks of a kind of module are spread, so that processors share them."""

STUBS = {f"app/endpoints/{endpoint['name']}.py": endpoint for endpoint in ENDPOINTS}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project with what is broken."""
    folder = tmp_path_factory.mktemp("can-fail") / "service"
    return generate(folder, endpoints=ENDPOINTS, application=APPLICATION)


@pytest.fixture(scope="module")
def project_with_sessions(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return another one, without endpoints."""
    folder = tmp_path_factory.mktemp("can-fail-sessions") / "service"
    return generate(folder, endpoints=[], application=["session-middleware"])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("part", some(range(PARTS), PARTS))
def test_suite_goes_red(project: Project, part: int, request: pytest.FixtureRequest) -> None:
    """Each broken token of what endpoints share is seen by at least one test."""
    shared = {module for module, *_ in BREAKS if module not in STUBS}
    assert unseen(project, chosen(sorted(shared)[part::PARTS], request.config)) == ""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("part", some(range(PARTS), PARTS))
def test_suite_of_stubs_goes_red(tmp_path: Path, part: int, request: pytest.FixtureRequest) -> None:
    """The same in stubs, whose project has no others: each break makes its application anew."""
    modules = sorted({module for module, *_ in BREAKS} & STUBS.keys())[part::PARTS]
    endpoints = [endpoint for module, endpoint in STUBS.items() if module in modules]
    project = generate(tmp_path / "service", endpoints=endpoints, application=APPLICATION)
    assert unseen(project, chosen(modules, request.config)) == ""


def chosen(modules: Iterable[str], config: pytest.Config) -> list[Break]:
    """Return the breaks of modules, in the default run one of each."""
    found = []
    for module in modules:
        rows = [row for row in BREAKS if row[0] == module]
        found += rows if config.getoption("--full") else rows[:1]
    return found


@pytest.mark.full
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_suite_with_sessions_goes_red(project_with_sessions: Project) -> None:
    """The same around all endpoints."""
    assert unseen(project_with_sessions, SESSION_BREAKS) == ""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_suite_with_redis_goes_red(project: Project, redis_url: str) -> None:
    """The same where a Redis keeps state."""
    assert unseen(project, REDIS_BREAKS, TEST_REDIS_URL=redis_url) == ""


@pytest.mark.full
@pytest.mark.parametrize(("path", "right", "wrong"), TEMPLATE_BREAKS)
def test_suite_sees_broken_pages(project: Project, path: str, right: str, wrong: str) -> None:
    """What is no Python is broken in its file."""
    file = project.folder / path
    source = file.read_text(encoding="utf-8")
    assert right in source
    file.write_text(source.replace(right, wrong, 1), encoding="utf-8")
    suites = ["tests/endpoints/test_about.py", "tests/http/test_pages.py"]
    try:
        ran = project.run("pytest", "-q", "-x", "-p", "no:cacheprovider", *suites)
    finally:
        file.write_text(source, encoding="utf-8")
    assert ran.returncode == 1, ran.stdout


def unseen(project: Project, rows: Sequence[Break], **environment: str) -> str:
    """Return what no test of the project sees, row by row."""
    command = [sys.executable, "-m", "mutation.given", str(project.folder)]
    ran = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        input=json.dumps(rows),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout

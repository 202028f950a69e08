"""Every type and constraint at every place: generated, linted, type-checked and tested."""

from pathlib import Path

import pytest

from tests.generated import shapes
from tests.generated.project import Project, generate

pytestmark = [pytest.mark.apart, pytest.mark.xdist_group("shapes")]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Project:
    """Return a project that holds them all; in the default run, every third of the endpoints."""
    folder: Path = tmp_path_factory.mktemp("shapes") / "service"
    endpoints = list(shapes.endpoints())[:: 1 if request.config.getoption("--full") else 3]
    return generate(folder, models=shapes.models(), endpoints=endpoints)


@pytest.mark.full
def test_lint_format_types(project: Project) -> None:
    """Nothing is found by ruff, ruff format and mypy --strict."""
    project.lint()


def test_suite_passes(project: Project) -> None:
    """Examples are valid for their models, and the same in stubs, tests and on the wire."""
    project.test("--ignore=tests/http")  # which is the same in every project

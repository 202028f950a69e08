"""Generated projects work with the oldest and the newest dependencies that they allow.

These tests install environments and take minutes: `python3 tasks.py full` runs them.
"""

import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.generated import matrix
from tests.generated.project import Project, generate

pytestmark = pytest.mark.full
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]


@dataclass(frozen=True)
class Interpreter:
    """A Python of its own, with the dependencies of one project."""

    python: Path

    def must(self, project: Project, *arguments: str) -> None:
        """Run a module inside the project, and fail with its output unless it succeeds."""
        command = [self.python, "-m", *arguments]
        ran = subprocess.run(
            command, cwd=project.folder, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout[-20_000:] + ran.stderr


@pytest.fixture(scope="module")
def every_pair(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project with all valid pairs, and every application pattern that suits them all."""
    folder = tmp_path_factory.mktemp("pairs") / "service"
    application = matrix.application("compressed")
    return generate(folder, endpoints=[*matrix.together()], application=application)


@pytest.fixture(scope="module", params=["lowest-direct", "highest"])
def resolution(request: pytest.FixtureRequest) -> str:
    """Return which of the allowed versions are installed: the oldest, or the newest."""
    return str(request.param)


@pytest.fixture(scope="module", params=PYTHONS)
def interpreter(
    request: pytest.FixtureRequest,
    resolution: str,
    every_pair: Project,
    tmp_path_factory: pytest.TempPathFactory,
) -> Interpreter:
    """Return a Python with what the project with every pattern declares."""
    folder = tmp_path_factory.mktemp("python") / "venv"
    if uv("venv", "--no-python-downloads", "--python", request.param, folder).returncode:
        pytest.skip(f"Python {request.param} is not installed here")
    text = (every_pair.folder / "pyproject.toml").read_text(encoding="utf-8")
    declared = tomllib.loads(text)
    wanted = [*declared["project"]["dependencies"], *declared["dependency-groups"]["dev"]]
    python = folder / "bin" / "python"
    installed = uv("pip", "install", "--python", python, "--resolution", resolution, *wanted)
    assert installed.returncode == 0, installed.stderr
    return Interpreter(python)


def uv(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the uv of this environment."""
    command = [sys.executable, "-m", "uv", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_every_pair(interpreter: Interpreter, every_pair: Project) -> None:
    """All valid pairs are clean and type-checked, and their tests pass."""
    interpreter.must(every_pair, "ruff", "check", "--no-cache", ".")
    interpreter.must(every_pair, "ruff", "format", "--no-cache", "--check", ".")
    interpreter.must(every_pair, "mypy", "--strict", "app", "tests")
    interpreter.must(every_pair, "pytest", "-q", "-p", "no:cacheprovider", "-W", "error")


def test_compressed(interpreter: Interpreter, tmp_path: Path) -> None:
    """The application pattern that neither all pairs suit nor `tour` holds, with each response."""
    application = [{"pattern": "compressed"}]
    project = generate(tmp_path / "service", endpoints=matrix.alone(), application=application)
    interpreter.must(project, "mypy", "--strict", "app", "tests")
    interpreter.must(project, "pytest", "-q", "-p", "no:cacheprovider", "-W", "error")


def test_tour(interpreter: Interpreter, tmp_path: Path) -> None:
    """The preset that shows every pattern is type-checked, and its tests pass."""
    tour = generate(tmp_path / "service", preset="tour")
    interpreter.must(tour, "mypy", "--strict", "app", "tests")
    interpreter.must(tour, "pytest", "-q", "-p", "no:cacheprovider", "-W", "error")

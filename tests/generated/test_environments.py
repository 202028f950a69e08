"""A generated project works with the oldest and the newest dependencies it allows.

These tests install environments, which takes minutes: `python3 tasks.py full` runs them.
"""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.generated.project import generate

pytestmark = pytest.mark.full
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]


def uv(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the uv of this environment."""
    command = [sys.executable, "-m", "uv", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("resolution", ["lowest-direct", "highest"])
@pytest.mark.parametrize("version", PYTHONS)
def test_suite_passes(version: str, resolution: str, tmp_path: Path) -> None:
    """The preset `tour` is type-checked and tested in an environment of its own."""
    project = generate(tmp_path / "service", preset="tour").folder
    python = tmp_path / "venv" / "bin" / "python"
    if uv("venv", "--no-python-downloads", "--python", version, tmp_path / "venv").returncode:
        pytest.skip(f"Python {version} is not installed here")
    declared = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*declared["project"]["dependencies"], *declared["dependency-groups"]["dev"]]
    installed = uv("pip", "install", "--python", python, "--resolution", resolution, *wanted)
    assert installed.returncode == 0, installed.stderr
    for check in (["pytest", "-q", "-W", "error"], ["mypy", "--strict", "app", "tests"]):
        ran = subprocess.run(
            [python, "-m", *check], cwd=project, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout
    shutil.rmtree(tmp_path / "venv")

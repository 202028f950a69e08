"""The virtual environment of a new project."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from scaffold.errors import shortened


def set_up(project: Path) -> str | None:
    """Make the project's environment with its dependencies: with uv, or else with venv and pip.

    Returns:
        None, or why there is none, in words for the user; this is never fatal.
    """
    for command in _commands():
        try:
            done = run_in(project, command)
        except OSError as error:
            return f"{command[0]} could not be run: {error.strerror}"
        if done.returncode != 0:
            return f"the environment is not complete: {_reason(done.stderr or done.stdout)}"
    return None


def run_in(project: Path, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a command in a project's folder, and not in the environment that may be active here.

    Raises:
        OSError: it cannot be run.
    """
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    return subprocess.run(
        command,
        cwd=project,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def _reason(output: str) -> str:
    """Return the line that says what is wrong: the first error, or else the last line."""
    lines = [line for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if "error:" in line.lower()]
    return shortened([*errors[:1], *lines[-1:], "no reason given"][0])


REVISION = 'alembic revision --autogenerate -m "What it changes"'
"""What writes the migration that leads to other tables."""

UPGRADE = "alembic upgrade head"
"""What carries it out."""


def next_steps(*, complete: bool, tables: bool = False) -> list[str]:
    """Return the commands that come next in the project's folder.

    Args:
        complete: whether its environment has been set up.
        tables: whether it has a database, whose tables migrations make.
    """
    migrate = [REVISION, UPGRADE] if tables else []
    if shutil.which("uv"):
        return [f"uv run {step}" for step in ("pytest", *migrate, "fastapi dev")]
    prepare = [" ".join(command) for command in _commands("python")] if not complete else []
    scripts = scripts_folder()
    started = [f"{scripts}{os.sep}{step}" for step in (*migrate, "fastapi dev")]
    return [*prepare, f"{scripts / 'python'} -m pytest", *started]


def _commands(python: str = sys.executable) -> list[list[str]]:
    """Return what sets an environment up, to be run in the project's folder."""
    uv = shutil.which("uv")
    if uv:
        return [[uv, "sync", "--quiet"]]
    pip = [str(scripts_folder() / "python"), "-m", "pip", "install", "--quiet"]
    return [
        [python, "-m", "venv", ".venv"],
        # The pip that comes with Python may be older than dependency groups.
        [*pip, "--upgrade", "pip"],
        [*pip, ".", "--group", "dev"],
    ]


def scripts_folder() -> Path:
    """Return where a project's environment has its programs, below the project's folder."""
    return Path(".venv", "Scripts" if os.name == "nt" else "bin")

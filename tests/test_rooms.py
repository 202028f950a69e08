"""Rooms of `src/scaffold` import those below: `pyproject.toml` says which, for import-linter."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.notation import CHECKOUT


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Return a copy of the command's source, beside its rules."""
    shutil.copy(CHECKOUT / "pyproject.toml", tmp_path)
    shutil.copytree(CHECKOUT / "src" / "scaffold", tmp_path / "scaffold")
    return tmp_path


def look_at(house: Path) -> subprocess.CompletedProcess[str]:
    """Return what import-linter says of the imports."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    environment = os.environ | {"PYTHONPATH": str(house)}
    return subprocess.run(
        [*command, "--no-cache"],
        cwd=house,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_walls_stand(house: Path) -> None:
    looked = look_at(house)
    assert looked.returncode == 0, looked.stdout + looked.stderr


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("catalogue/search.py", "from scaffold.spec import lines", "Rooms lie on each other"),
        ("new/create.py", "from scaffold.life import adopt", "Rooms lie on each other"),
        ("attic/__init__.py", "from scaffold import errors", "Rooms lie on each other"),
        ("system/display.py", "from scaffold.system import progress", "No imports go round"),
        ("life/updates.py", "import subprocess", "Programs are run in one place each"),
    ],
)
def test_a_hole_in_a_wall_is_found(house: Path, module: str, line: str, broken: str) -> None:
    path = house / "scaffold" / module
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as stream:
        stream.write(f"{line}\n")
    looked = look_at(house)
    assert looked.returncode == 1
    assert broken in looked.stdout.partition("Broken contracts")[2]

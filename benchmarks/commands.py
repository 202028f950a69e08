"""How long the command takes, beside what its users know: Copier, and Python itself.

Each pair runs in alternation in one go, so that a busy machine slows both sides alike; read the
ratios, not the seconds. Run it with `python3 tasks.py bench`.
"""

import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from scaffold.catalogue import template_root
from scaffold.render import copy_template
from scaffold.yaml_files import read_yaml

ROUNDS = 9
SCRIPTS = Path(sysconfig.get_path("scripts"))


@dataclass(frozen=True)
class Pair:
    """Two commands that are compared, and the ratio of their times that is allowed."""

    ours: str
    run_ours: Callable[[], None]
    theirs: str
    run_theirs: Callable[[], None]
    limit: float


def run(*command: str | Path) -> Callable[[], None]:
    """Return what runs a command and fails when it fails."""

    def once() -> None:
        subprocess.run([*map(str, command)], check=True, capture_output=True)

    return once


def fresh(folder: Path, *command: str | Path) -> Callable[[], None]:
    """Return what runs a command that makes a folder, after removing that folder."""

    def once() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        run(*command)()

    return once


def measure(pair: Pair) -> tuple[float, float]:
    """Return the median seconds of both sides, run in alternation."""
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(ROUNDS + 1):
        for command, seconds in ((pair.run_ours, ours), (pair.run_theirs, theirs)):
            start = time.perf_counter()
            command()
            seconds.append(time.perf_counter() - start)
    # The first round fills caches.
    return statistics.median(ours[1:]), statistics.median(theirs[1:])


def template_repository(folder: Path) -> Path:
    """Make a git repository of the template, as `copier copy` would fetch one."""
    copy_template(folder)
    who = ["-c", "user.name=Bench", "-c", "user.email=bench@example.com"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"], ["tag", "v0.1.0"]):
        run("git", "-C", folder, *who, *arguments)()
    return folder


def pairs(folder: Path) -> list[Pair]:
    """Return what is compared."""
    scaffold, copier = SCRIPTS / "scaffold", SCRIPTS / "copier"
    template = template_repository(folder / "template")
    tour = template_root() / "presets" / "tour.yml"
    assert read_yaml(tour)["endpoints"]
    ours, theirs = folder / "ours", folder / "theirs"
    new = (scaffold, "new", ours, "--preset", "tour", "--no-git", "--no-sync")
    copy = (copier, "copy", "--quiet", "--defaults", "--data-file", tour)
    page, words = ("patterns", "cookie-set"), ("patterns", "logout")
    importing = run(sys.executable, "-c", "import typer")
    return [
        Pair("scaffold --help", run(scaffold, "--help"), "import typer", importing, 2.0),
        Pair("scaffold patterns ID", run(scaffold, *page), "import typer", importing, 2.0),
        Pair("scaffold patterns WORD", run(scaffold, *words), "import typer", importing, 2.0),
        Pair("scaffold --help", run(scaffold, "--help"), "copier --help", run(copier, "--help"), 1),
        Pair(
            "scaffold new (tour)",
            fresh(ours, *new),
            "copier copy (git)",
            fresh(theirs, *copy, f"git+file://{template}", theirs),
            1.0,
        ),
        Pair(
            "scaffold new (tour)",
            fresh(ours, *new),
            "copier copy (folder)",
            fresh(theirs, *copy, copy_template(folder / "plain"), theirs),
            1.0,
        ),
    ]


def main() -> int:
    """Print the table; the exit status says whether every ratio is within its limit."""
    table = Table("command", "s", "beside", "s", "ratio", "limit")
    within = True
    with tempfile.TemporaryDirectory() as folder:
        for pair in pairs(Path(folder)):
            ours, theirs = measure(pair)
            ratio = ours / theirs
            within &= ratio <= pair.limit
            cells = (f"{ours:.3f}", pair.theirs, f"{theirs:.3f}", f"{ratio:.2f}", f"{pair.limit}")
            table.add_row(pair.ours, *cells, style=None if ratio <= pair.limit else "red")
    Console(width=100).print(table)
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())

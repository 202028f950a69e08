"""How long the command takes, beside what its users know: Copier, and Python itself.

Each pair runs in alternation in one go, so that a busy machine slows both sides alike; read the
ratios, not the seconds. Run it with `python3 tasks.py bench`, or `python3 tasks.py bench commands
large` for a project of 1,000 endpoints, with the memory that it takes.
"""

import json
import os
import shlex
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from scaffold.catalogue.patterns import template_root
from scaffold.system.yaml_files import read_yaml
from tools.template_copy import copy_template

ROUNDS = 9
LARGE_ROUNDS = 2
MODULES = 15
ENDPOINTS = 1_000
SCRIPTS = Path(sysconfig.get_path("scripts"))


@dataclass(frozen=True)
class Pair:
    """Two commands that are compared, and the ratio of their times that is allowed.

    Attributes:
        besides: seconds that ours may take besides.
    """

    ours: str
    run_ours: Callable[[], None]
    theirs: str
    run_theirs: Callable[[], None]
    limit: float
    besides: float = 0.0


def run(*command: str | Path, folder: Path | None = None) -> Callable[[], None]:
    """Return what runs a command and fails when it fails."""

    def once() -> None:
        subprocess.run([*map(str, command)], check=True, capture_output=True, cwd=folder)

    return once


def fresh(folder: Path, *command: str | Path) -> Callable[[], None]:
    """Return what runs a command that makes a folder, after removing that folder."""

    def once() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        run(*command)()

    return once


def measure(pair: Pair, rounds: int = ROUNDS) -> tuple[float, float]:
    """Return the median seconds of both sides, run in alternation."""
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(rounds + 1):
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


def fifteen_modules(source: Path, target: Path) -> Path:
    """Copy the largest modules of a service."""
    target.mkdir()
    modules = sorted(source.rglob("*.py"), key=lambda path: -path.stat().st_size)[:MODULES]
    for number, path in enumerate(modules):
        shutil.copyfile(path, target / f"module_{number}.py")
    assert len(modules) == MODULES
    return target


def pairs(folder: Path) -> list[Pair]:
    """Return what is compared."""
    scaffold, copier = SCRIPTS / "scaffold", SCRIPTS / "copier"
    template = template_repository(folder / "template")
    tour = template_root() / "presets" / "tour.yml"
    assert read_yaml(tour)["endpoints"]
    ours, theirs, project = folder / "ours", folder / "theirs", folder / "project"
    run(scaffold, "new", project, "--preset", "api", "--no-git", "--no-sync")()
    new = (scaffold, "new", ours, "--preset", "tour", "--no-git", "--no-sync")
    copy = (copier, "copy", "--quiet", "--defaults", "--data-file", tour)
    importing = run(sys.executable, "-c", "import typer")
    service = fifteen_modules(project / "app", folder / "service")
    quick = [
        (("--help",), 2.0),
        (("--version",), 2.0),
        (("patterns",), 2.0),
        (("patterns", "cookie-set"), 2.0),
        (("patterns", "logout"), 2.0),
        (("explain", "GET /x json-model cache-control cookie-set(name=a)"), 3.0),
        (("list",), 3.0),
    ]
    return [
        *(
            Pair(
                shlex.join(("scaffold", *it)),
                run(scaffold, *it, folder=project),
                "import typer",
                importing,
                limit,
            )
            for it, limit in quick
        ),
        Pair(
            f"scaffold check ({MODULES} modules)",
            run(scaffold, "check", service),
            "import ast",
            run(sys.executable, "-c", "import ast"),
            3.0,
            0.15,
        ),
        Pair("scaffold --help", run(scaffold, "--help"), "copier --help", run(copier, "--help"), 1),
        Pair(
            "scaffold new (tour)",
            fresh(ours, *new),
            "copier copy (git)",
            fresh(theirs, *copy, f"git+file://{template}", theirs),
            0.9,
        ),
        Pair(
            "scaffold new (tour)",
            fresh(ours, *new),
            "copier copy (folder)",
            fresh(theirs, *copy, copy_template(folder / "plain"), theirs),
            0.9,
        ),
    ]


def large(folder: Path) -> tuple[Pair, list[int], list[int]]:
    """Return the comparison at 1,000 endpoints, and where each run leaves its memory in KiB."""
    endpoints = [
        {
            "name": f"get_item_{number}",
            "method": "GET",
            "path": f"/items/{number}",
            "response": "json-model",
            "headers": ["cache-control"],
            "cookies": [{"pattern": "cookie-set", "name": f"seen_{number % 20}"}],
        }
        for number in range(ENDPOINTS)
    ]
    data = folder / "data.yml"
    answers = {"project_name": "large", "application": [], "endpoints": endpoints}
    data.write_text(json.dumps(answers), encoding="utf-8")
    ours, theirs = folder / "ours", folder / "theirs"
    new = (SCRIPTS / "scaffold", "new", ours, "--data-file", data, "--no-git", "--no-sync")
    copy = (SCRIPTS / "copier", "copy", "--quiet", "--defaults", "--data-file", data)
    plain = copy_template(folder / "plain")
    memory: tuple[list[int], list[int]] = ([], [])
    pair = Pair(
        f"scaffold new ({ENDPOINTS:,})",
        weighed(memory[0], ours, *new),
        "copier copy (folder)",
        weighed(memory[1], theirs, *copy, plain, theirs),
        0.5,
    )
    return pair, *memory


def weighed(memory: list[int], folder: Path, *command: str | Path) -> Callable[[], None]:
    """Return what runs a command that makes a folder, and notes the most memory it had (KiB)."""

    def once() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        child = subprocess.Popen(
            [*map(str, command)], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise subprocess.CalledProcessError(child.returncode, child.args)
        memory.append(usage.ru_maxrss)

    return once


def main(chosen: Sequence[str]) -> int:
    """Print the table; the exit status says whether every ratio is within its limit."""
    table = Table("command", "s", "beside", "s", "ratio", "limit")
    within = True

    def add(
        ours: str,
        theirs: str,
        values: tuple[float, float],
        limit: float,
        form: str,
        besides: float = 0.0,
    ) -> None:
        nonlocal within
        ratio = max(0.0, values[0] - besides) / values[1]
        within &= ratio <= limit
        first, second = (format(value, form) for value in values)
        style = None if ratio <= limit else "red"
        allowed = f"{limit} + {besides} s" if besides else f"{limit}"
        table.add_row(ours, first, theirs, second, f"{ratio:.2f}", allowed, style=style)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "large" in chosen:
            pair, ours, theirs = large(folder)
            seconds = measure(pair, LARGE_ROUNDS)
            add(pair.ours, pair.theirs, seconds, pair.limit, ".1f")
            memory = max(ours) / 1024, max(theirs) / 1024
            add("its memory, MiB", pair.theirs, memory, 1.0, ".0f")
        else:
            for pair in pairs(folder):
                seconds = measure(pair)
                add(pair.ours, pair.theirs, seconds, pair.limit, ".3f", pair.besides)
    Console(width=120).print(table)
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""How long `scaffold add` takes, beside `copier update` with the same endpoint, as projects grow.

Both add one endpoint to the same project at the same version of the template, in alternation; read
the ratios, not the seconds. Run it with `python3 tasks.py bench lifecycle`; numbers of endpoints
may follow.
"""

import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

from scaffold.spec.lines import parse_line
from scaffold.template.renderer import render

SCRIPTS = Path(sysconfig.get_path("scripts"))
SIZES = (10, 20, 100, 1000)
LIMITS = {20: 2.0, 1000: 0.25}
"""The ratio that is allowed for a number of endpoints."""

KINDS = (
    "GET /things{0}/{{thing_id:int}} json-model(model=Thing) cache-control as get_thing_{0}",
    "POST /things{0} body(title=str) json-model(model=Thing) status-fixed as create_thing_{0}",
    "GET /exports/things{0}.csv csv-stream as export_things_{0}",
    "DELETE /things{0}/{{thing_id:int}} status-no-content as delete_thing_{0}",
    "GET /pages/{0} html cookie-set(name=seen) as show_page_{0}",
)
ADDED = "GET /added xml as get_added"


@dataclass(frozen=True)
class Measured:
    """The median seconds for a number of endpoints."""

    endpoints: int
    ours: float
    theirs: float

    @property
    def ratio(self) -> float:
        """Return our time as a part of Copier's."""
        return self.ours / self.theirs


def measure(size: int, folder: Path) -> Measured:
    """Return how long both take on a project with a number of endpoints."""
    endpoints = [parse_line(KINDS[n % len(KINDS)].format(n)) for n in range(size)]
    project = make_project(folder / f"project{size}", endpoints)
    wanted = folder / f"wanted{size}.yml"
    wanted.write_text(yaml.safe_dump({"endpoints": [*endpoints, parse_line(ADDED)]}))
    options = ["--defaults", "--quiet", "--vcs-ref", ":current:", "--data-file", wanted]
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(1 if size >= 1000 else 4):
        ours.append(seconds(project, SCRIPTS / "scaffold", "add", ADDED))
        theirs.append(seconds(project, SCRIPTS / "copier", "update", *map(str, options)))
    # The first round fills caches, where there are more.
    return Measured(size, statistics.median(ours[-3:]), statistics.median(theirs[-3:]))


def make_project(folder: Path, endpoints: list[dict[str, Any]]) -> Path:
    """Generate a project and commit it."""
    render(folder, {"project_name": "service", "endpoints": endpoints})
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "start")
    return folder


def seconds(project: Path, *command: str | Path) -> float:
    """Return how long a command takes, and undo what it did."""
    start = time.perf_counter()
    subprocess.run([*map(str, command)], cwd=project, check=True, capture_output=True)
    taken = time.perf_counter() - start
    if not (project / "app/endpoints/get_added.py").is_file():
        sys.exit(f"{command[0]} has not added the endpoint")
    git(project, "reset", "-q", "--hard")
    git(project, "clean", "-qfdx")
    return taken


def git(folder: Path, *arguments: str) -> None:
    """Run git as somebody."""
    who = ["-c", "user.name=Bench", "-c", "user.email=bench@example.com"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True)


def main(sizes: tuple[int, ...]) -> int:
    """Print the table; the exit status says whether every ratio is within its limit."""
    table = Table("endpoints", "scaffold add", "copier update", "ratio", "limit")
    within = True
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            found = measure(size, Path(folder))
            limit = LIMITS.get(size)
            good = limit is None or found.ratio <= limit
            within &= good
            cells = (f"{found.ours:.2f} s", f"{found.theirs:.2f} s", f"{found.ratio:.2f}")
            table.add_row(f"{size:,}", *cells, str(limit or ""), style=None if good else "red")
    Console(width=80).print(table)
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main(tuple(map(int, sys.argv[1:])) or SIZES))

"""Mutate the preset `tour`, or some of its modules, and hold the outcome to `survivors.yml`."""

import os
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from mutation.runner import Job, jobs, survivors
from scaffold.catalogue.patterns import template_root
from scaffold.system.yaml_files import read_yaml
from scaffold.template.renderer import render
from tools.numbers import measured

LIMIT = 0.95
REASONS = Path(__file__).parent / "survivors.yml"


def main(modules: Sequence[str]) -> int:
    """Print the score and the survivors; the exit status says whether all is as it should be."""
    reasons: list[dict[str, Any]] = read_yaml(REASONS)
    console = Console(width=100, highlight=False, soft_wrap=True)
    if "TEST_REDIS_URL" not in os.environ:
        console.print("TEST_REDIS_URL is not set: what only a Redis sees survives")
    with tempfile.TemporaryDirectory() as parent:
        project = Path(parent).resolve() / "service"
        render(project, {"project_name": "service", "toolkit_tests": True, **tour()})
        work, alive, start = jobs(project, modules), [], time.monotonic()
        done = survivors(project, work, os.cpu_count() or 1)
        bar = Console(stderr=True)
        for job, survived in track(done, "Mutants", len(work), console=bar, transient=True):
            if survived and job.mutant is not None:
                alive.append(job)
                if reason(job, reasons) is None:
                    line = f"{job.module}:{job.mutant.line}: {job.mutant.change}"
                    console.print(f"no reason: {line}")
    minutes = (time.monotonic() - start) / 60
    total = sum(job.mutant is not None for job in work)
    share = 1 - len(alive) / total
    unexplained = any(reason(job, reasons) is None for job in alive)
    report(console, alive, reasons)
    console.print(f"{total - len(alive)} of {total} mutants killed: {share:.1%}, {minutes:.0f} min")
    if not modules:
        measured("mutants-killed", round(100 * share, 1))
    found = {id(reason(job, reasons)) for job in alive}
    stale = [one for one in reasons if id(one) not in found] if not modules else []
    for one in stale:
        console.print(f"nothing survives any more: {one['modules']}: {one['change']}")
    return 1 if share < LIMIT or unexplained or stale else 0


def tour() -> dict[str, Any]:
    """Return the answers of the preset that holds every pattern."""
    answers: dict[str, Any] = read_yaml(template_root() / "presets" / "tour.yml")
    return answers


def reason(job: Job, reasons: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the first entry that explains why the job's mutant survives."""
    change = job.mutant.change if job.mutant is not None else ""
    for one in reasons:
        if fnmatchcase(job.module, one["modules"]) and re.search(one["change"], change):
            return one
    return None


def report(console: Console, alive: Sequence[Job], reasons: Sequence[dict[str, Any]]) -> None:
    """Print how many mutants survive for each reason."""
    explained = [one for job in alive if (one := reason(job, reasons)) is not None]
    counts = Counter(one["because"] for one in explained)
    for because, count in counts.most_common():
        console.print(f"{count:4} survive: {' '.join(because.split())}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Mutate generated projects, or some of their modules, and hold the outcome to `survivors.yml`."""

import os
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from mutation.runner import Job, jobs, survivors, unchanged
from scaffold.catalogue.patterns import template_root
from scaffold.system.yaml_files import read_yaml
from tests.generated.project import adopted, generate
from tools.numbers import measured

LIMIT = 0.95
REASONS = Path(__file__).parent / "survivors.yml"


def main(modules: Sequence[str]) -> int:
    """Print the score and the survivors; the exit status says whether all is as it should be."""
    reasons: list[dict[str, Any]] = read_yaml(REASONS)
    console = Console(width=100, highlight=False, soft_wrap=True)
    if "TEST_REDIS_URL" not in os.environ:
        console.print("TEST_REDIS_URL is not set: what only a Redis sees survives")
    start, alive, total = time.monotonic(), list[Job](), 0
    with tempfile.TemporaryDirectory() as parent:
        for project, work in chosen(projects(Path(parent).resolve()), modules):
            total += len(work)
            whole = unchanged(project, (job.module for job in work))
            known = [replace(job, known=reason(job, reasons) is not None) for job in work]
            done = survivors(project, [*whole, *known], 1 + (os.cpu_count() or 1))
            bar = Console(stderr=True)
            for job, survived in track(done, project.name, len(work), console=bar, transient=True):
                if survived and job.mutant is not None:
                    alive.append(job)
                    if reason(job, reasons) is None:
                        line = f"{job.module}:{job.mutant.line}: {job.mutant.change}"
                        console.print(f"no reason: {line}")
    minutes = (time.monotonic() - start) / 60
    said = [one for job in alive if (one := reason(job, reasons)) is not None]
    code = total - sum(one.get("prose", False) for one in said)
    share = (total - len(alive)) / code
    report(console, said)
    console.print(f"{total - len(alive)} of {code} mutants killed: {share:.1%}, {minutes:.0f} min")
    if code < total:
        console.print(f"{total - code} more change what only people read")
    if not modules:
        measured("mutants-killed", round(100 * share, 1))
    needed = {id(one) for one in said}
    stale = [one for one in reasons if id(one) not in needed] if not modules else []
    for one in stale:
        console.print(f"nothing survives any more: {one['modules']}: {one['change']}")
    return 1 if share < LIMIT or len(said) < len(alive) or stale else 0


def projects(parent: Path) -> Iterator[Path]:
    """Yield a project of each preset, that with every pattern first, and one that was adopted."""
    presets = sorted(path.stem for path in (template_root() / "presets").glob("*.yml"))
    for preset in sorted(presets, key=lambda name: name != "tour"):
        yield generate(parent / preset, preset=preset).folder
    tour = read_yaml(template_root() / "presets" / "tour.yml")
    yield adopted(parent / "adopted", preset="api", application=tour["application"]).folder


def chosen(projects: Iterable[Path], modules: Sequence[str]) -> Iterator[tuple[Path, list[Job]]]:
    """Yield projects with the mutants of their modules, but of each module only once.

    Modules are the same when the same can be changed in them: what they import may be called by
    another name. Those that are named are looked for until each is found.
    """
    known: set[tuple[str, ...]] = set()
    missing = set(modules)
    for project in projects:
        work = []
        for path, found in groupby(jobs(project, modules), key=lambda job: job.module):
            same = [*found]
            changes = (path, *(job.mutant.change for job in same if job.mutant))
            if changes not in known:
                work += same
            known.add(changes)
            missing.discard(path)
        if work:
            yield project, work
        if modules and not missing:
            return
    if missing:
        raise ValueError(f"in no project: {', '.join(sorted(missing))}")


def reason(job: Job, reasons: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the first entry that explains why the job's mutant survives."""
    change = job.mutant.change if job.mutant is not None else ""
    for one in reasons:
        if fnmatchcase(job.module, one["modules"]) and re.search(one["change"], change):
            return one
    return None


def report(console: Console, said: Sequence[dict[str, Any]]) -> None:
    """Print how many mutants survive for each reason."""
    counts = Counter(one["because"] for one in said)
    for because, count in counts.most_common():
        console.print(f"{count:4} survive: {' '.join(because.split())}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Break a generated project as a table says, and print what the tests beside it do not see.

Run as a module with the folder of the project. The table comes as JSON by standard input: rows of
a module's path, the text that is replaced, and what replaces it.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from mutation.mutants import Mutant
from mutation.runner import Job, survivors, unchanged

WORKERS = 2
"""How many rows are tried at once: their tests wait for as long as they compute."""

Row = tuple[str, str, str]


def main(project: Path, rows: Sequence[Row]) -> int:
    """Print a line for each row that is not seen, or that breaks nothing."""
    work = [job for row in rows if (job := broken(project, row))]
    for module, right, _ in rows:
        if right not in source(project, module):
            print(f"{module}: does not hold {right!r}")
    whole = unchanged(project, (job.module for job in work))
    for job, survived in survivors(project, [*whole, *work], WORKERS):
        if survived and job.mutant:
            print(f"{job.module}:{job.mutant.line}: {job.mutant.change} is not seen", flush=True)
    return 0


def broken(project: Path, row: Row) -> Job | None:
    """Return the module with one broken token, if it holds it."""
    module, right, wrong = row
    before, found, after = source(project, module).partition(right)
    if not found:
        return None
    changed = f"{before}{wrong}{after}".encode()
    return Job(module, Mutant(before.count("\n") + 1, right, wrong, changed))


def source(project: Path, module: str) -> str:
    """Return a module as it was generated."""
    return (project / module).read_text(encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), json.load(sys.stdin)))

"""What this repository claims in numbers, and what was measured last, with the commit.

    python -m tools.numbers              print docs/numbers.yml
    python -m tools.numbers --measure    measure first what takes no longer than minutes

What takes longer, or needs what is not here, is measured by the commands that the list names; they
write into it with `measured`. `tests/docs/test_numbers.py` finds every number on its page.
"""

import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "docs" / "numbers.yml"


def load() -> list[dict[str, Any]]:
    """Return the claims."""
    claims: list[dict[str, Any]] = yaml.safe_load(LIST.read_text(encoding="utf-8"))
    return claims


def shown(number: float) -> str:
    """Return a number as the pages write it."""
    return f"{number:,}"


def commit_at_hand() -> str:
    """Return the commit, marked where what was measured is in none."""
    changes = git("status", "--porcelain", "--", ".", ":!docs/numbers.yml")
    return git("rev-parse", "--short", "HEAD") + ("-dirty" if changes else "")


def git(*arguments: str) -> str:
    """Return what git prints."""
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def measured(name: str, number: float) -> None:
    """Write what was measured, with the commit and the date, and say when a page is wrong now."""
    text = LIST.read_text(encoding="utf-8")
    head = "".join(line for line in text.splitlines(keepends=True) if line.startswith("#"))
    claims = load()
    [claim] = [one for one in claims if one["name"] == name]
    if claim["number"] != number:
        print(f"{claim['page']} says {shown(claim['number'])}, and it is {shown(number)} now:")
        print(f"  {claim['text'].format(shown(number))}")
    claim |= {"number": number, "commit": commit_at_hand(), "date": date.today()}
    body = yaml.safe_dump(claims, sort_keys=False, allow_unicode=True, width=120)
    LIST.write_text(head + body, encoding="utf-8")


def measure() -> None:
    """Measure what needs nothing but this repository."""
    from scaffold.catalogue.patterns import load as catalogue
    from scaffold.shown.brief import brief_page
    from tests.generated import matrix
    from tools import release

    measured("brief-catalogue", len(brief_page(catalogue()).encode()))
    measured("pairs", len(matrix.pairs()))
    measured("pairs-together", len(matrix.together()))
    with TemporaryDirectory() as folder:
        measured("wheel", release.build("HEAD", Path(folder)).stat().st_size)


def main(arguments: Sequence[str]) -> int:
    """Print the claims; return the exit status."""
    if arguments not in ([], ["--measure"]):
        print(__doc__, file=sys.stderr)
        return 2
    if arguments:
        measure()
    table = Table("claim", "measured", "commit", "by")
    for claim in load():
        number = f"{shown(claim['number'])} {claim['unit']}"
        commit = f"{claim['commit'] or '-'}\n{claim['date']}"
        table.add_row(claim["claim"], number, commit, claim["command"])
    Console(width=120).print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

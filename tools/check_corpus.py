"""Checks public applications at the commits that `benchmarks/check_corpus.yml` lists.

    python -m tools.check_corpus FOLDER              print what is found, beside the verdicts
    python -m tools.check_corpus FOLDER --record     write what is found into the list

FOLDER holds a git repository of each, as `owner+name`, or `owner+name/repo`; nothing of them is
copied into this repository but addresses, commits, places and verdicts. A verdict is `right`,
`wrong` or, for what nobody has judged, `open`.
"""

import subprocess
import sys
import tarfile
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

from scaffold.checker.rules import RULES
from scaffold.checker.run import Checked, check
from tools.numbers import measured

LIST = Path(__file__).parents[1] / "benchmarks" / "check_corpus.yml"
HEAD = """\
# Public applications, and what `scaffold check` finds in them; see tools/check_corpus.py. Verdicts
# are by somebody who has read the code: right, wrong, or open. Some findings have a reason.
"""
DEFAULT = [rule for rule in RULES if rule.default]


def repository(folder: Path, name: str) -> Path | None:
    """Return where a repository lies; None if it is not there."""
    place = folder / name.replace("/", "+")
    inner = place / "repo"
    return inner if inner.is_dir() else place if place.is_dir() else None


def modules_of(git: Path, commit: str, target: Path, paths: Sequence[str] = ()) -> None:
    """Write the modules of a commit, or some of them, into a folder."""
    listed = subprocess.run(
        ["git", "-C", git, "ls-tree", "-r", "-z", "--name-only", commit, *paths],
        check=True,
        capture_output=True,
    ).stdout.split(b"\0")
    wanted = [path for path in listed if path.endswith(b".py")]
    for start in range(0, len(wanted), 500):
        packed = subprocess.run(
            [b"git", b"-C", bytes(git), b"archive", commit.encode(), *wanted[start : start + 500]],
            check=True,
            capture_output=True,
        ).stdout
        with tarfile.open(fileobj=BytesIO(packed)) as archive:
            archive.extractall(target, filter="data")


def findings(checked: Checked, folder: Path) -> Iterator[dict[str, Any]]:
    """Yield findings as the list has them."""
    for each in checked.findings:
        path = Path(each.path).relative_to(folder).as_posix()
        yield {"code": each.code, "file": path, "line": each.start.line}


def judged(
    found: Sequence[dict[str, Any]], known: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return findings with the verdicts that the list has of them."""
    verdicts = {(it["code"], it["file"], it["line"]): it for it in known}
    return [
        {**it, "verdict": "open", **verdicts.get((it["code"], it["file"], it["line"]), {})}
        for it in found
    ]


def table(counts: dict[str, Counter[str]]) -> Table:
    """Return how often each rule was right."""
    names = {rule.code: rule.name for rule in RULES}
    made = Table("rule", "found", "right", "wrong", "open", "precision")
    total: Counter[str] = sum(counts.values(), Counter())
    for code, count in [*sorted(counts.items()), ("all", total)]:
        decided = count["right"] + count["wrong"]
        share = f"{count['right'] / decided:.0%}" if decided else ""
        numbers = [str(count[each]) for each in ("right", "wrong", "open")]
        name = f"{code} {names[code]}" if code in names else code
        made.add_row(name, str(count.total()), *numbers, share)
    return made


def main(arguments: Sequence[str]) -> int:
    """Check every repository that lies there."""
    folder, record = Path(arguments[0]), "--record" in arguments
    listed = yaml.safe_load(LIST.read_text(encoding="utf-8"))
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    console = Console(width=120)
    for each in listed["applications"]:
        git = repository(folder, each["repository"])
        if git is None:
            console.print(f"{each['repository']} is not there")
            continue
        with tempfile.TemporaryDirectory() as name:
            modules_of(git, each["commit"], Path(name))
            checked = check([Path(name)], DEFAULT)
            found = judged(list(findings(checked, Path(name))), each.get("findings", []))
        lost = [it for it in each.get("findings", []) if it not in found]
        console.print(f"{each['repository']}: {checked.files} files, {len(found)} findings")
        for it in [*(it for it in found if it["verdict"] == "open"), *lost]:
            console.print("  gone" if it in lost else "  new", it)
        for it in found:
            counts[it["code"]][it["verdict"]] += 1
        each |= {"files": checked.files, "findings": found}
    console.print(table(counts))
    if all(repository(folder, each["repository"]) for each in listed["applications"]):
        total = sum(counts.values(), Counter())
        judged_so = total["right"] + total["wrong"]
        measured("check-precision", round(100 * total["right"] / judged_so))
    if record:
        text = yaml.safe_dump(listed, sort_keys=False, allow_unicode=True, width=120)
        LIST.write_text(HEAD + text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

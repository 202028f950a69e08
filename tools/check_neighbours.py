"""Runs other checkers on the modules in which `scaffold check` finds something.

    python -m tools.check_neighbours FOLDER [RULES]

FOLDER holds a git repository of each application in `benchmarks/check_corpus.yml`, as for
`tools.check_corpus`; RULES is a folder of rules for Semgrep, such as `python` of the repository
semgrep/semgrep-rules, since Semgrep brings none. Ruff, bandit and Semgrep are taken from the path,
and left out where they are not there. A finding stands beside one of `scaffold check` when it
begins in the same statement; whether it says the same, somebody has to read.
"""

import ast
import json
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from rich.console import Console
from rich.table import Table

from tools.check_corpus import LIST, modules_of, repository
from tools.numbers import measured

RUFF = ["ruff", "check", "--isolated", "--select=FAST,S,ASYNC", "--output-format=json"]
BANDIT = ["bandit", "--recursive", "--quiet", "--format=json"]
SEMGREP = [
    "semgrep",
    "scan",
    "--metrics=off",
    "--disable-version-check",
    "--no-git-ignore",
    "--json",
]


class Finding(NamedTuple):
    """What a tool reports, and where it begins."""

    rule: str
    path: Path
    line: int


def modules_with_findings(folder: Path, target: Path) -> dict[Path, list[int]]:
    """Write the modules of the list that have findings; return the lines of these by module."""
    found: dict[Path, list[int]] = {}
    for each in yaml.safe_load(LIST.read_text(encoding="utf-8"))["applications"]:
        git = repository(folder, each["repository"])
        lines = defaultdict(list)
        for finding in each["findings"]:
            lines[finding["file"]].append(finding["line"])
        if git is None or not lines:
            continue
        place = target / each["repository"].replace("/", "+")
        modules_of(git, each["commit"], place, list(lines))
        found |= {place / file: numbers for file, numbers in lines.items()}
    return found


def listed() -> int:
    """Return how many findings the list has."""
    applications = yaml.safe_load(LIST.read_text(encoding="utf-8"))["applications"]
    return sum(len(each["findings"]) for each in applications)


def reported(target: Path, rules: Path | None) -> dict[str, list[Finding]]:
    """Return what each tool that is there reports of the modules."""
    found = {}
    if shutil.which("ruff"):
        found["ruff"] = [
            Finding(it["code"], Path(it["filename"]), it["location"]["row"])
            for it in output([*RUFF, str(target)])
        ]
    if shutil.which("bandit"):
        found["bandit"] = [
            Finding(it["test_id"], Path(it["filename"]), it["line_number"])
            for it in output([*BANDIT, str(target)])["results"]
        ]
    if shutil.which("semgrep") and rules:
        found["semgrep"] = [
            Finding(it["check_id"].rpartition(".")[2], Path(it["path"]), it["start"]["line"])
            for it in output([*SEMGREP, f"--config={rules}", str(target)])["results"]
        ]
    return found


def output(command: Sequence[str]) -> Any:
    """Return what a tool prints as JSON; it fails when it finds something."""
    return json.loads(subprocess.run(command, capture_output=True, text=True).stdout)


def statement(module: Path, line: int) -> range:
    """Return the lines of the smallest statement around a line; of a block, those of its head."""
    lines = range(line, line + 1)
    for node in ast.walk(ast.parse(module.read_bytes())):
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or line):
            body = getattr(node, "body", [])
            end = body[0].lineno - 1 if body else node.end_lineno or line
            if line <= end:
                lines = range(node.lineno, end + 1)
    return lines


def main(arguments: Sequence[str]) -> int:
    """Print how much each tool finds, and what of it stands beside our findings."""
    rules = Path(arguments[1]).resolve() if arguments[1:] else None
    with tempfile.TemporaryDirectory() as name:
        target = Path(name).resolve()
        ours = modules_with_findings(Path(arguments[0]), target)
        places = [(path, statement(path, line)) for path, lines in ours.items() for line in lines]
        table = Table("tool", "findings", f"of our {len(places)}, beside", "by rule")
        for tool, found in reported(target, rules).items():
            beside: dict[str, set[int]] = defaultdict(set)
            for number, (path, lines) in enumerate(places):
                for it in found:
                    if it.path == path and it.line in lines:
                        beside[it.rule].add(number)
            rows = ", ".join(f"{rule} {len(several)}" for rule, several in sorted(beside.items()))
            number = len(set().union(*beside.values()))
            if tool == "semgrep" and len(places) == listed():
                measured("check-neighbours", number)
            table.add_row(tool, str(len(found)), str(number), rows)
        Console(width=120).print(f"{len(ours)} modules", table)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Findings that are known, so that old code can be checked for new ones."""

import json
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from scaffold.checker.findings import Finding
from scaffold.checker.run import Checked
from scaffold.checker.source import Source
from scaffold.errors import UsageMistake

VERSION = 1
Known = Counter[tuple[str, str, str, str]]
"""How often a rule finds the same line in a function: file, code, function, line."""


def read(path: Path) -> Known:
    """Return the findings that a file records.

    Raises:
        UsageMistake: there is no such file, or it holds something else.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["version"] != VERSION:
            raise UsageMistake(f"{path} is of another version of the command")
        return Counter(
            {
                (each["path"], each["code"], each["context"], each["line"]): int(each["count"])
                for each in data["findings"]
            }
        )
    except OSError as error:
        raise UsageMistake(
            f"the baseline {path} cannot be read", "`--write-baseline` makes one"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageMistake(f"{path} is no baseline", "`--write-baseline` makes one") from error


def write(path: Path, checked: Checked) -> None:
    """Record what was found.

    Raises:
        OSError: the file cannot be written.
    """
    keys = ("path", "code", "context", "line")
    counted = Counter(_key(each, checked.sources, path) for each in checked.findings)
    findings = [
        {**dict(zip(keys, key, strict=True)), "count": count}
        for key, count in sorted(counted.items())
    ]
    data = {"version": VERSION, "findings": findings}
    path.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def new(checked: Checked, known: Known, path: Path) -> Sequence[Finding]:
    """Return the findings that are not recorded; lines may have moved since."""
    left = Counter(known)
    return list(_unknown(checked.findings, checked.sources, left, path))


def _unknown(
    findings: Iterable[Finding], sources: dict[str, Source], left: Known, path: Path
) -> Iterable[Finding]:
    for each in findings:
        key = _key(each, sources, path)
        if left[key] > 0:
            left[key] -= 1
        else:
            yield each


def _key(finding: Finding, sources: dict[str, Source], path: Path) -> tuple[str, str, str, str]:
    line = " ".join(sources[finding.path].lines[finding.start.line - 1].split())
    relative = os.path.relpath(finding.path, path.parent).replace(os.sep, "/")
    return relative, finding.code, finding.context, line

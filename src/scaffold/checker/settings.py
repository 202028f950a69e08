"""What is checked: `[tool.scaffold.check]` in `pyproject.toml`, and the command line."""

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from scaffold.checker.facts import Rule
from scaffold.checker.files import EXCLUDED
from scaffold.checker.findings import Finding
from scaffold.checker.rules import RULES
from scaffold.errors import UsageMistake

TABLE = "tool.scaffold.check"
EVERYTHING = "ALL"
LISTS = ("select", "extend-select", "ignore", "exclude", "extend-exclude")


@dataclass(frozen=True)
class Settings:
    """What is checked.

    Attributes:
        select: codes, beginnings of codes, or names of the rules that are asked; None for those
            that are on by default.
        extend_select: rules besides.
        ignore: rules that are not asked.
        exclude: patterns of names below folders that are left out.
        per_file_ignores: rules that are not asked about files, by patterns of their paths.
        baseline: the file of findings that are known.
        folder: to which the paths of the settings are relative.
    """

    select: Sequence[str] | None = None
    extend_select: Sequence[str] = ()
    ignore: Sequence[str] = ()
    exclude: Sequence[str] = EXCLUDED
    per_file_ignores: Mapping[str, Sequence[str]] = field(default_factory=dict)
    baseline: Path | None = None
    folder: Path = Path()

    def is_ignored(self, finding: Finding) -> bool:
        """Say whether a finding is not wanted in its file."""
        if not self.per_file_ignores:
            return False
        path = os.path.relpath(finding.path, self.folder).replace(os.sep, "/")
        return any(
            _fits(path, pattern) and any(finding.code.startswith(each) for each in codes)
            for pattern, codes in self.per_file_ignores.items()
        )

    def rules(self) -> list[Rule]:
        """Return the rules that are asked.

        Raises:
            UsageMistake: there is no such rule.
        """
        wanted = [rule for rule in RULES if rule.default]
        if self.select is not None:
            wanted = matching(self.select)
        wanted += [rule for rule in matching(self.extend_select) if rule not in wanted]
        # The longer selector says more: `--select RSP104 --ignore RSP` asks RSP104.
        chosen = (*(self.select or ()), *self.extend_select)
        return [
            rule
            for rule in wanted
            if _strength(rule, chosen) > _strength(rule, self.ignore)
            or not _strength(rule, self.ignore)
        ]


def matching(selectors: Sequence[str]) -> list[Rule]:
    """Return the rules that selectors name, in the order of their codes.

    Raises:
        UsageMistake: a selector names none.
    """
    for selector in selectors:
        if not any(_matches(rule, selector) for rule in RULES):
            raise UsageMistake(
                f"there is no rule {selector!r}", "`scaffold check --rules` lists all of them"
            )
    return [rule for rule in RULES if any(_matches(rule, each) for each in selectors)]


def _fits(path: str, pattern: str) -> bool:
    name = path.rpartition("/")[2]
    return fnmatchcase(path, pattern) or ("/" not in pattern and fnmatchcase(name, pattern))


def _matches(rule: Rule, selector: str) -> bool:
    return (
        selector == rule.name
        or selector == EVERYTHING
        or (bool(selector) and rule.code.startswith(selector.upper()))
    )


def _strength(rule: Rule, selectors: Sequence[str]) -> int:
    strengths = [
        len(rule.code) if each == rule.name else 1 if each == EVERYTHING else len(each) + 1
        for each in selectors
        if _matches(rule, each)
    ]
    return max(strengths, default=0)


def read(start: Path) -> Settings:
    """Return the settings of the project in which something lies.

    Args:
        start: a file or folder; the nearest `pyproject.toml` above it that has the table counts.

    Raises:
        UsageMistake: a setting is not what it has to be.
    """
    place = start if start.is_dir() else start.parent
    place = Path(os.path.abspath(place))
    for folder in (place, *place.parents):
        path = folder / "pyproject.toml"
        if path.is_file():
            table = _table(path)
            if table is not None:
                return _settings(table, path)
    return Settings()


def _table(path: Path) -> dict[str, Any] | None:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageMistake(f"{path} cannot be read: {error}") from error
    for name in TABLE.split("."):
        if not isinstance(data.get(name), dict):
            return None
        data = data[name]
    return data


def _settings(table: dict[str, Any], path: Path) -> Settings:
    known = (*LISTS, "per-file-ignores", "baseline")
    for name, value in table.items():
        if name not in known:
            raise UsageMistake(f"{path}: {TABLE} has no {name!r}", f"it has {', '.join(known)}")
        if name in LISTS and not _is_list(value):
            raise UsageMistake(f"{path}: {TABLE}.{name} has to be a list of texts")
    ignores = table.get("per-file-ignores", {})
    if not isinstance(ignores, dict) or not all(map(_is_list, ignores.values())):
        raise UsageMistake(f"{path}: {TABLE}.per-file-ignores has to be a table of lists")
    baseline = table.get("baseline")
    if baseline is not None and not isinstance(baseline, str):
        raise UsageMistake(f"{path}: {TABLE}.baseline has to be a path")
    return Settings(
        table.get("select"),
        table.get("extend-select", ()),
        table.get("ignore", ()),
        (*table.get("exclude", EXCLUDED), *table.get("extend-exclude", ())),
        ignores,
        path.parent / baseline if baseline else None,
        path.parent,
    )


def _is_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)

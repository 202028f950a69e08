"""What `scaffold check` prints for programs: JSON, SARIF, and the annotations of GitHub."""

import os
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from scaffold.checker.facts import Rule
from scaffold.checker.findings import Edit, Finding
from scaffold.checker.run import Checked
from scaffold.checker.source import Source

if TYPE_CHECKING:
    from scaffold.shown import results

SARIF = "2.1.0"
SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
SYNTAX = "invalid-syntax"


def check_data(checked: Checked, rules: Sequence[Rule], known: int) -> "results.CheckResult":
    """Return the result as data.

    Args:
        checked: what was found.
        rules: those that were asked.
        known: how many findings the baseline records.
    """
    by_code = {rule.code: rule for rule in rules}
    return {
        "files": checked.files,
        "findings": [
            _finding(each, by_code[each.code], checked.sources[each.path])
            for each in checked.findings
        ],
        "unreadable": [
            {"path": it.path, "line": it.line, "column": it.column, "reason": it.reason}
            for it in checked.unreadable
        ],
        "known": known,
    }


def rules_data(rules: Sequence[Rule]) -> "list[results.CheckRule]":
    """Return the rules as data."""
    return [
        {
            "code": rule.code,
            "name": rule.name,
            "title": rule.title,
            "standard": rule.standard,
            "patterns": list(rule.patterns),
            "wire": rule.wire,
            "instead": rule.instead,
            "default": rule.default,
            "fix": rule.fixable,
        }
        for rule in rules
    ]


def _finding(finding: Finding, rule: Rule, source: Source) -> "results.CheckFinding":
    fix = finding.fix
    return {
        "path": finding.path,
        "code": finding.code,
        "name": finding.name,
        "start": {"line": finding.start.line, "column": finding.start.column},
        "end": {"line": finding.end.line, "column": finding.end.column},
        "reason": finding.reason,
        "wire": finding.wire,
        "standard": rule.standard,
        "patterns": list(rule.patterns),
        "instead": finding.instead,
        "fix": None
        if fix is None
        else {
            "title": fix.title,
            "safe": fix.safe,
            "edits": [_edit(each, source) for each in fix.edits],
        },
    }


def _edit(edit: Edit, source: Source) -> "results.CheckEdit":
    start, end = source.position(edit.start), source.position(edit.end)
    return {
        "start": {"line": start.line, "column": start.column},
        "end": {"line": end.line, "column": end.column},
        "text": edit.text,
    }


def sarif(checked: Checked, rules: Sequence[Rule], version: str) -> dict[str, Any]:
    """Return the result in the Static Analysis Results Interchange Format."""
    indexes = {rule.code: index for index, rule in enumerate(rules)}
    found = [
        {
            "ruleId": each.code,
            "ruleIndex": indexes[each.code],
            "level": "warning",
            "message": {"text": f"{each.reason}. Sent: {each.wire}. Do: {each.instead}."},
            "locations": [_location(each.path, each.start.line, each.start.column, each.end)],
        }
        for each in checked.findings
    ]
    failures = [
        {
            "level": "error",
            "message": {"text": each.reason},
            "locations": [_location(each.path, each.line, each.column, None)],
        }
        for each in checked.unreadable
    ]
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "scaffold check",
                "semanticVersion": version,
                "rules": [_sarif_rule(rule) for rule in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {"executionSuccessful": True, "toolExecutionNotifications": failures},
        ],
        "results": found,
    }
    return {"$schema": SCHEMA, "version": SARIF, "runs": [run]}


def _sarif_rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": f"{rule.title}. {rule.standard}."},
        "help": {"text": f"{rule.instead}. Sent: {rule.wire}."},
        "defaultConfiguration": {"enabled": rule.default, "level": "warning"},
    }


def _location(path: str, line: int, column: int, end: tuple[int, int] | None) -> dict[str, Any]:
    region = {"startLine": line, "startColumn": column}
    if end is not None:
        region |= {"endLine": end[0], "endColumn": end[1]}
    artifact: dict[str, Any] = {"uri": _address(path)}
    if not os.path.isabs(path):
        artifact["uriBaseId"] = "%SRCROOT%"
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}


def _address(path: str) -> str:
    pure = PurePath(path)
    return pure.as_uri() if pure.is_absolute() else quote(pure.as_posix())


def github(checked: Checked) -> str:
    """Return workflow commands that GitHub shows beside the lines."""
    return "\n".join([*_commands(checked)])


def _commands(checked: Checked) -> Iterator[str]:
    for bad in checked.unreadable:
        where = {"title": f"scaffold ({SYNTAX})", "file": bad.path, "line": bad.line}
        yield _command({**where, "col": bad.column}, f"{bad.path}:{bad.line}: {bad.reason}")
    for each in checked.findings:
        (line, column), (end_line, end_column) = each.start, each.end
        properties = {
            "title": f"scaffold ({each.code})",
            "file": each.path,
            "line": line,
            "col": column,
            "endLine": end_line,
            "endColumn": end_column,
        }
        said = f"{each.path}:{line}:{column}: {each.code} {each.reason}; {each.instead}"
        yield _command(properties, said)


def _command(properties: dict[str, Any], message: str) -> str:
    given = ",".join(f"{name}={_escaped(value, ',:')}" for name, value in properties.items())
    return f"::error {given}::{_escaped(message)}"


def _escaped(value: object, more: str = "") -> str:
    text = str(value).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    for character in more:
        text = text.replace(character, f"%{ord(character):02X}")
    return text

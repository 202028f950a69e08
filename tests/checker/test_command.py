"""The command as its users call it: exit statuses, formats, and what it writes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from pydantic_sarif.model import (
    StaticAnalysisResultsFormatSarifVersion210JsonSchema as Sarif,
)
from typer.main import get_command

from scaffold.checker.findings import Unreadable
from scaffold.checker.rules import RULES
from scaffold.checker.run import Checked, check
from scaffold.cli.app import app
from scaffold.shown.findings import text_report
from scaffold.shown.findings_for_programs import github, sarif
from scaffold.system.yaml_files import read_yaml
from tests.checker.test_check import MISTAKE
from tests.conftest import ROOT, Run


@pytest.fixture
def found(tmp_path: Path) -> Checked:
    """Return what is found in a file whose name is not easy, with one that cannot be read."""
    path = tmp_path / "an app, 100%:é.py"
    path.write_text(MISTAKE)
    checked = check([path], RULES)
    return Checked(checked.findings, [Unreadable("b.py", 2, 1, "broken")], 2, checked.sources)


def test_exit_statuses(scaffold: Run, work: Path) -> None:
    (work / "app.py").write_text(MISTAKE)
    assert scaffold("check").returncode == 1
    assert scaffold("check", "--exit-zero").returncode == 0
    assert scaffold("check", "app.py", "--select", "RSP105").returncode == 0
    for wrong in (["missing"], ["--select", "RSP999"], ["--no-such-option"]):
        done = scaffold("check", *wrong)
        assert (done.returncode, done.stdout) == (2, ""), wrong
        assert "Traceback" not in done.stderr


def test_mending_writes_and_a_difference_does_not(scaffold: Run, work: Path) -> None:
    path = work / "app.py"
    path.write_text(MISTAKE)
    shown = scaffold("check", "--diff")
    assert (shown.returncode, path.read_text()) == (1, MISTAKE)
    assert "+    response.set_cookie(" in shown.stdout
    assert scaffold("check", "--fix").returncode == 0
    assert path.read_text() == MISTAKE.replace('"secret")', '"secret", httponly=True, secure=True)')
    assert scaffold("check", "--diff").returncode == 0


def test_a_baseline_is_written_and_read(scaffold: Run, work: Path) -> None:
    (work / "app.py").write_text(MISTAKE)
    (work / "pyproject.toml").write_text('[tool.scaffold.check]\nbaseline = "known.json"\n')
    assert scaffold("check", "--write-baseline").returncode == 0
    done = scaffold("check", "--json")
    assert (done.returncode, json.loads(done.stdout)["known"]) == (0, 1)


def test_text_shows_the_line(found: Checked) -> None:
    shown = text_report(found, RULES)
    assert '8 |     response.set_cookie("session", "secret")\n  |     ^^^^' in shown
    assert re.search(r"^invalid-syntax: broken\n --> b.py:2:1$", shown, re.M)
    assert "= sent: set-cookie: session=...; Path=/; SameSite=lax" in shown


def test_annotations_are_escaped(found: Checked) -> None:
    lines = github(found).splitlines()
    assert len(lines) == 2
    assert "an app%2C 100%25%3Aé.py,line=8,col=5,endLine=8,endColumn=45::" in lines[1]


def test_sarif_fits_the_schema_of_the_standard(found: Checked) -> None:
    log = sarif(found, RULES, "1.2.3")
    Sarif.model_validate(log)
    del log["runs"][0]["results"][0]["message"]
    with pytest.raises(ValidationError):
        Sarif.model_validate(log)


def test_sarif_names_rules_and_places(found: Checked) -> None:
    """SARIF 2.1.0, sections 3.27 and 3.28 to 3.30."""
    log = sarif(found, RULES, "1.2.3")
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.code for rule in RULES]
    (result,) = run["results"]
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == "RSP104"
    assert result["message"]["text"]
    place = result["locations"][0]["physicalLocation"]
    assert re.fullmatch(
        r"file:///[^ ,]*/an%20app%2C%20100%25%3A%C3%A9\.py", place["artifactLocation"]["uri"]
    )
    assert place["region"] == {"startLine": 8, "startColumn": 5, "endLine": 8, "endColumn": 45}
    (told,) = run["invocations"][0]["toolExecutionNotifications"]
    assert told["locations"][0]["physicalLocation"]["artifactLocation"]["uriBaseId"] == "%SRCROOT%"


def test_the_hook_calls_the_command() -> None:
    (hook,) = read_yaml(ROOT / ".pre-commit-hooks.yaml")
    program, name = hook["entry"].split()
    assert (hook["id"], program) == ("scaffold-check", "scaffold")
    group: Any = get_command(app)
    assert name in group.commands

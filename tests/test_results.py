"""What commands print with `--json` is what `docs/schemas/` says."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import typer
from jsonschema import Draft202012Validator

from scaffold.cli.app import app
from tests.checker.test_check import MISTAKE
from tests.conftest import Run
from tests.life.conftest import run
from tests.result_schemas import FOLDER, RESULTS, schemas, strict, text

COMMANDS_WITHOUT_JSON = {"schema"}
"""What prints nothing but JSON anyway."""

CASES: list[tuple[str, Sequence[str], int]] = [
    ("new", ["new", "service", "--preset", "api", "--no-git", "--no-sync"], 0),
    ("new", ["new", "service", "--preset", "api", "--dry-run"], 0),
    ("patterns", ["patterns"], 0),
    ("patterns", ["patterns", "log", "in"], 0),
    ("patterns-id", ["patterns", "cookie-set"], 0),
    ("patterns-id", ["patterns", "cors"], 0),
    ("explain", ["explain", "GET /x json-model rate-limit cookie-set(name=a)"], 0),
    ("explain", ["explain", "DELETE /x empty status-no-content"], 0),
    ("explain-resource", ["explain", "resource /posts Post(title=str)"], 0),
    ("explain-invalid", ["explain", "GET /x json-modl"], 2),
    ("check", ["check", "app.py"], 1),
    ("check-rules", ["check", "--rules"], 0),
    ("check-rules", ["check", "--explain", "RSP104"], 0),
    ("error", ["check", "no-such-file.py"], 2),
    ("error", ["explain"], 2),
    ("error", ["patterns", "no-such-pattern"], 2),
    ("error", ["new", "service", "--endpoint", "GET /x json-model(model=a)"], 2),
    ("error", ["new", "service", "--preset", "no-such-preset"], 2),
    ("error", ["new", ".", "--defaults"], 4),
    ("error", ["new"], 2),
    ("error", ["nwe"], 2),
]


def test_the_files_are_up_to_date() -> None:
    made = {f"{name}.json": text(one) for name, one in schemas().items()}
    kept = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    assert made == kept, "run `python3 tasks.py record`"


@pytest.mark.parametrize("name", RESULTS)
def test_they_are_json_schemas(name: str) -> None:
    Draft202012Validator.check_schema(strict(name))


@pytest.mark.parametrize(("name", "arguments", "status"), CASES)
def test_real_output_fits(
    name: str,
    arguments: Sequence[str],
    status: int,
    own_cache: Path,
    work: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """There is one JSON document, also for errors, which are told in words besides."""
    monkeypatch.chdir(work)
    (work / "app.py").write_text(MISTAKE)
    done = run(*arguments, "--json")
    data = done.json()
    assert done.status == status
    assert list(Draft202012Validator(strict(name)).iter_errors(data)) == []
    if name in ("error", "explain-invalid"):
        assert data["error"]["status"] == status
        assert data["error"]["reason"] in " ".join(done.stderr.split())


def test_each_result_is_tested() -> None:
    """Those of commands on a project are in `tests/life/test_many_projects.py`."""
    on_a_project = {"changes", "list", "update-check"}
    assert {name for name, _, _ in CASES} == RESULTS.keys() - on_a_project


def test_every_command_takes_json() -> None:
    group: Any = typer.main.get_command(app)
    for name, command in group.commands.items():
        options = {option for parameter in command.params for option in parameter.opts}
        assert "--json" in options or name in COMMANDS_WITHOUT_JSON, name


@pytest.mark.parametrize(
    ("arguments", "field", "reason", "suggestion"),
    [
        (
            ["new", "a", "--endpoint", "GET /x json-model cache-control(via=direct) as a"],
            "endpoints[0].headers[0].via",
            "cache-control via direct would not reach the wire here, because a returned value "
            "leaves no Response in hand; choose a response pattern of the form returned, such as "
            "json-direct",
            "use via parameter or dependency",
        ),
        (
            ["new", "a", "--data", "project_name=A B", "--defaults"],
            "project_name",
            None,
            None,
        ),
        (["patterns", "cookie-st"], None, "there is no pattern cookie-st", None),
    ],
)
def test_errors_are_split_where_the_sentence_is(
    scaffold: Run,
    arguments: Sequence[str],
    field: str | None,
    reason: str | None,
    suggestion: str | None,
) -> None:
    error = json.loads(scaffold(*arguments, "--json").stdout)["error"]
    assert error["field"] == field
    assert reason in (None, error["reason"])
    assert suggestion in (None, error["suggestion"])

"""What updates many projects can rely on: the output of `--json`, and what Renovate reads."""

import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from scaffold.catalogue.patterns import template_root
from scaffold.template.origin import Origin
from scaffold.template.renderer import Template
from tests.life.conftest import ANSWERS, replace, run
from tests.life.histories import HISTORIES, STUB, append
from tests.result_schemas import strict
from tools.address import declared

STRICT = strict("changes")
"""The documented schema, without keys that it does not name."""


@pytest.mark.parametrize(
    "command",
    [
        ["update"],
        pytest.param(["update", "--test"], marks=pytest.mark.full),
        ["update", "--dry-run"],
        ["update", "--to", "v0.1.0"],
        ["diff"],
        ["add", "GET /report msgpack as get_report"],
        ["remove", "export"],
        ["rename", "get_post", "show_post"],
        ["edit", "get_post", "GET /a/{post_id:int} json-model(model=Post)"],
    ],
    ids=" ".join,
)
def test_json_is_as_documented(project: Path, command: list[str]) -> None:
    append(project / STUB, "# mine\n")
    done = run(*command, "--json")
    assert done.status == 0, done.stderr
    jsonschema.validate(done.json(), STRICT)


@pytest.mark.parametrize(
    ("command", "schema", "status"),
    [(["list"], "list", 0), (["update", "--check"], "update-check", 5)],
)
def test_json_of_questions_is_as_documented(
    project: Path, command: list[str], schema: str, status: int
) -> None:
    append(project / STUB, "# mine\n")
    done = run(*command, "--json")
    assert done.status == status
    jsonschema.validate(done.json(), strict(schema))


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (["remove", "nothing"], 2),
        (["add", "GET /x json-modl"], 2),
        (["add", "GET /x json-model as get_post"], 2),
        (["update", "--to"], 2),
    ],
)
def test_json_of_errors_is_as_documented(project: Path, command: list[str], status: int) -> None:
    done = run(*command, "--json")
    assert done.status == status
    jsonschema.validate(done.json(), strict("error"))
    assert done.json()["error"]["suggestion"] or command[0] == "update"


def test_json_of_conflicts_and_of_files_that_would_go(project: Path) -> None:
    replace(project / STUB, '    """Answer', '    """Mine: answer')
    append(project / ".dockerignore", "mine\n")
    shown = run("diff", "--json").json()
    jsonschema.validate(shown, STRICT)
    assert (shown["conflicts"], shown["endangered"]) == ([STUB], [".dockerignore"])
    assert shown["applied"] is False
    done = run("update", "--force", "--json")
    assert done.status == 3
    jsonschema.validate(done.json(), STRICT)
    assert done.json()["applied"] is True


def test_json_of_merged_branches(project: Path) -> None:
    """The history itself runs `resolve`."""
    HISTORIES["two_branches"](project)
    jsonschema.validate(run("remove", "one", "--force", "--json").json(), STRICT)


RENOVATE_FILES = re.compile(r"(^|/)\.copier-answers(\..+)?\.ya?ml")
RENOVATE_URL = re.compile(r"https?://[^/ ]+/\S+|ssh://\S+|git@[^:]*:.+")


@pytest.mark.parametrize("commit", ["v1.2.3", "1234567", "12e4567"])
def test_renovate_finds_the_address_and_the_version(tmp_path: Path, commit: str) -> None:
    """Its manager needs a URL, and text for the version, also where that looks like a number."""
    origin = Origin(declared(), commit)
    rendered = Template(template_root()).files(tmp_path, {**ANSWERS, **origin.data()})
    [(path, content)] = [
        (file.path, file.content) for file in rendered if RENOVATE_FILES.search(file.path)
    ]
    assert path == ".copier-answers.yml"
    recorded = yaml.safe_load(content)
    assert RENOVATE_URL.fullmatch(recorded["_src_path"])
    assert recorded["_commit"] == commit
    assert isinstance(recorded["_commit"], str)


def test_what_renovate_writes_is_no_hand_edit(project: Path) -> None:
    """It adds a comment to the answers file before it runs `copier update`."""
    append(project / ".copier-answers.yml", "\n#copier updated")
    assert run("list").stderr == ""
    assert run("update").status == 0
    assert (project / ".copier-answers.yml").read_text().endswith("\n#copier updated")

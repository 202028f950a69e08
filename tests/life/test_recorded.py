"""What a project records and its version refuses, or discourages, is told with what mends it."""

import datetime
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from scaffold.catalogue.patterns import load, template_root
from scaffold.project import sources
from scaffold.project.state import ANSWERS_FILE
from scaffold.template.origin import Origin
from scaffold.template.renderer import Template
from scaffold.wizard.endpoint import Company
from tests.life.conftest import ANSWERS, come_from, run
from tests.life.projects import tree
from tests.programs import commit, git

ORIGIN = Origin("https://template.invalid/scaffold.git", "v1.2.3")

UPDATE = ["update", "--to", "v1.2.3"]
DIFF = ["diff", "--to", "v1.2.3"]
SHOWN: dict[str, Any] = {
    "name": "show_page",
    "method": "GET",
    "path": "/page",
    "response": "json-model",
    "headers": [{"pattern": "cache-control", "directives": "max-age=60"}],
    "cookies": [{"pattern": "cookie-set", "name": "seen"}],
}
"""What 0.1.0 accepted, and is discouraged since."""
LINE = "GET /page json-model cache-control(directives='private, no-cache') cookie-set(name=seen)"
TOLD = (
    "endpoint show_page.headers[0].directives: a shared cache would hand one visitor's cookie to "
    'the next (RFC 9111 section 7.3); use "private, no-cache", or "no-store"'
)
LISTED = ANSWERS["endpoints"]
MakeProject = Callable[..., Path]


@pytest.fixture(scope="module")
def installed() -> Template:
    """Return the installed template, compiled once for all tests."""
    return Template(template_root())


@pytest.fixture
def make(
    tmp_path: Path,
    environment: dict[str, str],
    installed: Template,
    monkeypatch: pytest.MonkeyPatch,
) -> MakeProject:
    """Return a function that makes a project of the installed version, which needs no network."""
    come_from(monkeypatch, ORIGIN)
    monkeypatch.setattr(sources.Direct, "_template", installed)
    monkeypatch.setenv("HOME", environment["HOME"])

    def made(*more: dict[str, Any]) -> Path:
        folder = tmp_path / "service"
        answers = {**ANSWERS, "endpoints": [*LISTED, *more]}
        installed.write(folder, {**answers, **ORIGIN.data()})
        git(folder, "init", "-q", "-b", "main")
        commit(folder)
        monkeypatch.chdir(folder)
        return folder

    return made


def record(project: Path, **answers: Any) -> None:
    """Edit the answers file; None takes an answer out of it."""
    recorded = yaml.safe_load((project / ANSWERS_FILE).read_text()) | answers
    kept = {name: value for name, value in recorded.items() if value is not None}
    (project / ANSWERS_FILE).write_text(yaml.safe_dump(kept, sort_keys=False))
    commit(project)


@pytest.mark.parametrize(
    "command",
    [
        ["add", "GET /x plain-text"],
        ["remove", "export"],
        ["rename", "get_post", "show_post"],
        ["rename", "show_page", "show_start"],
        ["edit", "get_post", "GET /a/{post_id:int} json-model(model=Post)"],
        ["update", "--data", "license=MIT"],
        UPDATE,
        DIFF,
        ["list"],
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_what_is_discouraged_elsewhere_stops_nothing(make: MakeProject, command: list[str]) -> None:
    make(SHOWN)
    done = run(*command)
    assert done.status == 0, done.stderr
    assert "show_page" in run("list").stdout or command[1:] == ["show_page", "show_start"]


@pytest.mark.parametrize("command", [UPDATE, DIFF, ["update", "--data", "license=MIT"]])
def test_an_update_tells_what_is_discouraged(make: MakeProject, command: list[str]) -> None:
    """To the installed version, too, and to other programs."""
    make(SHOWN)
    done = run(*command, "--json")
    note = next(note for note in done.json()["notes"] if note.startswith("endpoint"))
    assert note.startswith(TOLD)
    assert f"note: {note}\n" in done.stderr
    assert note in run("list", "--json").json()["notes"]


def test_the_edit_that_is_told_mends_it(make: MakeProject) -> None:
    """As it stands in the note."""
    project = make(SHOWN)
    assert "What should not be done" in (project / "README.md").read_text()
    (note,) = run("list", "--json").json()["notes"]
    assert note.startswith(f"{TOLD}; scaffold edit show_page ")
    mend(note)
    assert run("list", "--json").json()["notes"] == []
    assert "What should not be done" not in (project / "README.md").read_text()
    assert run("list").stdout.count("edited") == 0


def mend(message: str) -> None:
    """Run the command at the end of a message."""
    command = shlex.split(message.strip().rpartition("; ")[2])
    done = run(*command[1:])
    assert (command[:2], done.status) == (["scaffold", "edit"], 0), done.stderr


@pytest.mark.parametrize(
    "command",
    [
        ["edit", "get_post", "GET /p json-model cache-control(directives='max-age=60') cookie-set"],
        ["edit", "show_page", "GET /b json-model cache-control(directives='max-age=9') cookie-set"],
        ["add", "GET /p json-model cache-control(directives='max-age=60') cookie-set(name=b)"],
        ["update", "--data", f"endpoints={[{**SHOWN, 'path': '/other'}]}"],
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_what_is_new_and_discouraged_is_refused(make: MakeProject, command: list[str]) -> None:
    """Also where it takes the place of what is there."""
    project = make(SHOWN)
    before = tree(project)
    done = run(*command)
    assert done.status == 2
    assert "a shared cache would hand one visitor's cookie to the next" in done.stderr
    assert tree(project) == before


def test_what_is_there_already_is_not_new(make: MakeProject) -> None:
    make(SHOWN)
    line = LINE.replace("private, no-cache", "max-age=60")
    for command in (["add", f"{line} as show_page"], ["edit", "show_page", line]):
        done = run(*command)
        assert done.status == 0, done.stderr
        assert "Nothing to do" in done.stderr


IMPOSSIBLE = {**SHOWN, "headers": [{"pattern": "cache-control", "directives": "public"}]}


@pytest.mark.parametrize(
    "command",
    [
        UPDATE,
        DIFF,
        ["update", "--data", "license=MIT"],
        ["add", "GET /x plain-text"],
        ["rename", "get_post", "show_post"],
        ["remove", "export"],
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_what_cannot_be_generated_is_refused(make: MakeProject, command: list[str]) -> None:
    """With the edit that mends it, which works."""
    project = make(IMPOSSIBLE)
    before = tree(project)
    done = run(*command)
    assert done.status == 4
    assert done.stderr.startswith(
        "error: .copier-answers.yml records what cannot be generated: endpoint show_page.headers[0]"
    )
    assert done.stderr.count("\n") == 1
    assert tree(project) == before
    mend(done.stderr)
    assert run(*command).status == 0


def test_a_merge_without_conflicts_can_be_mended(make: MakeProject) -> None:
    """Of two branches that each have added the same route under another name."""
    twice = [{"name": name, "method": "GET", "path": "/x", "response": "html"} for name in "ab"]
    make(*twice)
    done = run(*UPDATE)
    assert done.status == 4
    assert (
        "endpoint b.path: GET /x is already answered by the endpoint a; change the method or the "
        'path of one of them; scaffold edit b "LINE"\n'
    ) in done.stderr
    assert run("edit", "b", "GET /b html").status == 0
    assert run(*UPDATE).status == 0


UNREADABLE: dict[str, dict[str, Any]] = {
    "an unknown pattern": {"endpoints": [*LISTED, {**SHOWN, "response": "gone"}]},
    "a text for a list": {"endpoints": [*LISTED, {**SHOWN, "headers": "cache-control"}]},
    "a list for a text": {"description": ["A service."]},
    "a date": {"author_name": datetime.date(2026, 1, 31)},
    "no project_name": {"project_name": None},
    "a wrong name": {"project_name": "My Service"},
    "a Python that is none": {"python_version": "2.7"},
    "a climbing name": {"endpoints": [*LISTED, {**SHOWN, "name": "../../climbing"}]},
    "an option of another type": {"application": [{"pattern": "cors", "max_age": "long"}]},
    "a mapping for a list": {"application": {"cors": {}}},
    "a number for patterns": {"response_patterns": 5},
    "a text for paths": {"own_files": "README.md"},
}


@pytest.mark.parametrize("answers", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_cannot_be_read_is_one_line(make: MakeProject, answers: dict[str, Any]) -> None:
    """For every command; the list is still shown."""
    project = make()
    record(project, **answers)
    before = tree(project)
    for command in (UPDATE, DIFF, ["add", "GET /x plain-text"], ["remove", "export"]):
        done = run(*command)
        assert done.status == 4, (command, done.stderr)
        assert done.stderr.startswith("error: .copier-answers.yml records what cannot be generated")
        assert "put it back as it was (git checkout HEAD -- .copier-answers.yml)" in done.stderr
        assert done.stderr.count("\n") == 1
    listed = run("list")
    assert listed.status == 0
    assert "note: .copier-answers.yml records what cannot be generated: " in listed.stderr
    assert tree(project) == before


@pytest.mark.parametrize("endpoints", ["text", 5, [5], [{"method": "GET"}]])
def test_a_list_that_is_none_is_one_line(make: MakeProject, endpoints: Any) -> None:
    project = make()
    record(project, endpoints=endpoints)
    for command in (UPDATE, ["add", "GET /x plain-text"], ["list"]):
        done = run(*command)
        assert done.status == 1
        assert "it must hold _src_path, and endpoints with a name each" in done.stderr
        assert done.stderr.count("\n") == 1


def test_a_person_composes_beside_what_is_discouraged() -> None:
    """What is there is no reason; the same in a new endpoint is."""
    company = Company([SHOWN], ANSWERS["application"], load())
    new = {**SHOWN, "name": "show_other", "path": "/other"}
    assert company.problem({**new, "headers": []}) is None
    refused = company.problem(new)
    assert refused is not None
    assert "a shared cache would hand one visitor's cookie" in refused.text

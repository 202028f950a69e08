"""Plain Copier never puts a default in the place of what a project records.

A recorded answer that the newer version of the template refuses ends every kind of update, with
the reason, and nothing is changed. The older version here takes any answers and renders nothing, so
that it is the newer one that refuses.
"""

import datetime
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from copier import run_copy, run_recopy, run_update
from copier.errors import UserMessageError

from scaffold.catalogue.patterns import template_root
from scaffold.template.origin import Origin
from scaffold.template.questions import questions, read_config
from scaffold.template.renderer import Template
from tests.conftest import Run
from tests.programs import commit, git, template_repository
from tests.sampling import some
from tests.terminal import Terminal
from tools.template_copy import copy_template

ENDPOINT = {"name": "get_post", "method": "GET", "path": "/posts", "response": "json-model"}
RECORDED: dict[str, Any] = {
    "project_name": "service",
    "description": "What it does.",
    "author_name": "Ana",
    "author_email": "ana@example.com",
    "license": "MIT",
    "python_version": "3.12",
    "response_patterns": ["json-model"],
    "header_patterns": ["cache-control"],
    "cookie_patterns": [],
    "application_patterns": ["request-id"],
    "application": ["request-id"],
    "models": [{"name": "Post", "fields": {"id": "int", "title": "str"}}],
    "resources": [{"name": "posts", "model": "Post"}],
    "endpoints": [ENDPOINT],
    "handlers": "sync",
    "own_files": ["tests/conftest.py"],
    "layout": {},
    "agents_md": True,
    "dependency_updates": "renovate",
    "devcontainer": True,
    "scaffold_check": False,
    "toolkit_tests": True,
}
REFUSED: dict[str, tuple[Any, str]] = {
    "project_name": ("My Service", "project_name: use lower-case letters"),
    "description": (["What it does."], "description: text is needed"),
    "author_name": (datetime.date(2026, 1, 31), "author_name: text is needed"),
    "author_email": (None, "author_email: text is needed"),
    "license": ("BSD", "license: BSD is not among the choices; use one of MIT"),
    "python_version": (3.1, "python_version: 3.1 is not among the choices; use one of 3.11"),
    "response_patterns": (["gone"], "response_patterns: a list of pattern ids is needed"),
    "header_patterns": ("cache-control", "header_patterns: a list of pattern ids is needed"),
    "cookie_patterns": (["cors"], "cookie_patterns: a list of pattern ids is needed"),
    "application_patterns": ({"cors": {}}, "application_patterns: a list of pattern ids is needed"),
    "application": (["gone"], 'application[0]: there is no application pattern "gone"'),
    "models": (
        [{"name": "Post", "fields": {"id": "integer"}}],
        'models[0].fields.id: "integer" is no field type',
    ),
    "resources": (
        [{"name": "posts", "model": "Author"}],
        'resources[0].model: there is no model "Author"',
    ),
    "endpoints": (
        [ENDPOINT, ENDPOINT | {"name": "x", "method": "FETCH"}],
        'endpoints[1].method: "FETCH" is no method',
    ),
    "handlers": ("threads", "handlers: threads is not among the choices; use one of async, sync"),
    "own_files": ("tests/conftest.py", "own_files: a list of paths is needed"),
    "layout": ({"package": "own"}, "layout: a mapping of package, folder, tests and application"),
    "agents_md": ("yes", "agents_md: use true or false"),
    "dependency_updates": (
        "monthly",
        "dependency_updates: monthly is not among the choices; use one of none, dependabot",
    ),
    "devcontainer": (1, "devcontainer: use true or false"),
    "scaffold_check": (True, "scaffold_check: CI could not fetch the command from where"),
    "toolkit_tests": ("maybe", "toolkit_tests: use true or false"),
}
COMPUTED = {
    name: ("anything", f"{name}: this is computed; leave it out")
    for name, question in questions(read_config(template_root())).items()
    if question.get("when") is False
}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the URL of a template of which v0.1.0 takes what v0.2.0 refuses."""
    folder = tmp_path_factory.mktemp("template")
    names = (*questions(read_config(template_root())), "_answers_file")
    careless: dict[str, Any] = {name: {"type": "yaml", "default": ""} for name in names[:-1]}
    settings = {"_subdirectory": "template", "_answers_file": ".copier-answers.yml"}
    (folder / "copier.yml").write_text(yaml.safe_dump(settings | careless), encoding="utf-8")
    (folder / "template").mkdir()
    answers_file = "{{_copier_conf.answers_file}}.jinja"
    (folder / "template" / answers_file).write_text("{{ _copier_answers | to_nice_yaml }}")
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "v0.1.0")
    shutil.rmtree(folder / "template")
    (folder / "copier.yml").unlink()
    copy_template(folder / "new")
    for example in (folder / "new" / "patterns").glob("*/*/example"):
        shutil.rmtree(example)  # Copier never reads it
    for part in (folder / "new").iterdir():
        part.rename(folder / part.name)
    commit(folder, "v0.2.0")
    return f"git+file://{folder}"


@pytest.fixture
def project(tmp_path: Path, url: str) -> Callable[..., Path]:
    """Return a function that makes a project of v0.1.0 with other answers than `RECORDED`."""

    def make(**answers: Any) -> Path:
        folder = tmp_path / "project"
        folder.mkdir()
        recorded = {"_commit": "v0.1.0", "_src_path": url} | RECORDED | answers
        (folder / ".copier-answers.yml").write_text(
            yaml.safe_dump(recorded, sort_keys=False), encoding="utf-8"
        )
        (folder / "mine.txt").write_text("mine\n")
        git(folder, "init", "-q", "-b", "main")
        commit(folder)
        return folder

    return make


FORMS: dict[str, Callable[[Path, str], Any]] = {
    "update": lambda project, url: run_update(project, defaults=True, overwrite=True, quiet=True),
    "update as Renovate does": lambda project, url: run_update(
        project, defaults=True, skip_answered=True, overwrite=True, quiet=True
    ),
    "update that asks": lambda project, url: run_update(project, overwrite=True, quiet=True),
    "recopy": lambda project, url: run_recopy(project, defaults=True, overwrite=True, quiet=True),
    "recopy that asks": lambda project, url: run_recopy(project, overwrite=True, quiet=True),
    "copy": lambda project, url: run_copy(
        url, project, vcs_ref="v0.2.0", defaults=True, overwrite=True, quiet=True
    ),
}


def refusing(form: str, name: str, project: Callable[..., Path], url: str) -> None:
    """Break one recorded answer, and see that form of update end with nothing changed."""
    value, reason = (REFUSED | COMPUTED)[name]
    folder = project(**{name: value})
    with pytest.raises(UserMessageError) as ended:
        FORMS[form](folder, url)
    line = str(ended.value)
    assert "\n" not in line
    assert reason in line
    assert git(folder, "status", "--porcelain", "--ignored") == ""


def test_every_question_is_broken_here() -> None:
    assert set(questions(read_config(template_root()))) == {*RECORDED, *COMPUTED}
    assert RECORDED.keys() == REFUSED.keys()


@pytest.mark.parametrize("name", some(sorted(REFUSED | COMPUTED), 7))
def test_no_recorded_answer_is_replaced(name: str, project: Callable[..., Path], url: str) -> None:
    """One form of update for each question, and in the default run a question for each form."""
    form = list(FORMS)[sorted(REFUSED | COMPUTED).index(name) % len(FORMS)]
    refusing(form, name, project, url)


@pytest.mark.full
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", sorted(REFUSED | COMPUTED))
def test_no_form_of_update_replaces_it(
    form: str, name: str, project: Callable[..., Path], url: str
) -> None:
    refusing(form, name, project, url)


def test_another_answer_mends_it(project: Callable[..., Path]) -> None:
    """Given with the same update."""
    folder = project(endpoints=REFUSED["endpoints"][0], own_files=[])
    data = {"endpoints": RECORDED["endpoints"]}
    run_update(folder, data=data, defaults=True, overwrite=True, quiet=True)
    recorded = yaml.safe_load((folder / ".copier-answers.yml").read_text(encoding="utf-8"))
    assert recorded["endpoints"] == RECORDED["endpoints"]
    assert (folder / "app/endpoints/get_post.py").is_file()


def test_a_person_reads_one_line(project: Callable[..., Path], environment: dict[str, str]) -> None:
    """At a terminal, before the first question."""
    folder = project(endpoints=REFUSED["endpoints"][0])
    terminal = Terminal("update", cwd=folder, env=environment, module="copier", width=300)
    assert terminal.finish() == 1
    assert terminal.text().splitlines()[-1] == (
        "'None' has no attribute 'nothing was changed: .copier-answers.yml records what this "
        'version refuses: endpoints[1].method: "FETCH" is no method that can be generated; '
        """use GET, POST, PUT, PATCH or DELETE; scaffold edit x "LINE" mends it'"""
    )
    assert "Traceback" not in terminal.printed()


RULE = """
- when: {field_names: {matches: Accept-Language}}
  option: field_names
  because: it is decided by the path
  instead: leave it out
"""


@pytest.mark.full
def test_the_command_refuses_it_too(work: Path, scaffold: Run) -> None:
    """A newer version than its own, which Copier renders; the edit that it names mends it."""
    template, project = work / "template", work / "service"
    url = template_repository(template)
    endpoint = ENDPOINT | {"headers": ["vary"]}
    answers = {"project_name": "service", "application": [], "endpoints": [endpoint]}
    Template(template).write(project, {**answers, **Origin(url, "v0.1.0").data()})
    git(project, "init", "-q", "-b", "main")
    commit(project)
    with (template / "patterns/header/vary/pattern.yml").open("a", encoding="utf-8") as pattern:
        pattern.write(RULE)
    commit(template, "v0.2.0")

    update = ("update", "--project", str(project), "--yes")
    refused = scaffold(*update)
    assert refused.returncode == 4
    assert refused.stderr.splitlines()[-1] == (
        "error: .copier-answers.yml records what cannot be generated: endpoint get_post.headers[0]."
        'field_names: it is decided by the path; leave it out; scaffold edit get_post "LINE"'
    )
    assert git(project, "status", "--porcelain", "--ignored") == ""
    edited = scaffold("edit", "get_post", "GET /posts json-model", "--project", str(project))
    assert edited.returncode == 0, edited.stderr
    assert scaffold(*update).returncode == 0

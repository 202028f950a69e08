"""Plain Copier gives the same project, refuses the same specs, and updates without `--trust`."""

from ast import literal_eval
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from scaffold.catalogue.patterns import load, template_root
from scaffold.spec.resources import expanded
from scaffold.system.yaml_files import read_yaml
from scaffold.template.origin import Origin
from scaffold.template.renderer import Template
from tests.conftest import HOSTILE_SPECS
from tests.generated import matrix
from tests.generated.project import generate
from tests.programs import commit, copier, git, template_repository
from tests.sampling import some
from tools.template_copy import copy_template

pytestmark = pytest.mark.apart

ENDPOINT = {"name": "get_post", "method": "GET", "path": "/posts/{post_id:int}"}
RESPONSE = {"pattern": "json-model", "model": "Post"}
ANSWERS: dict[str, Any] = {
    "project_name": "service",
    "models": [
        {"name": "Author", "fields": {"name": "str"}},
        {"name": "Post", "fields": {"id": "int", "title": "str", "author": "Author | None"}},
    ],
    "endpoints": [
        {**ENDPOINT, "response": RESPONSE, "cookies": [{"pattern": "cookie-set", "name": "a"}]}
    ],
    "application": ["security-headers"],
}


def written(folder: Path, answers: dict[str, Any]) -> Path:
    """Write a data file."""
    path = folder / "data.yml"
    path.write_text(yaml.safe_dump(answers, sort_keys=False), encoding="utf-8")
    return path


def files(folder: Path) -> dict[str, bytes]:
    """Return every file of a project, but not what git and caches keep."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git/" not in str(path) and "__pycache__" not in str(path)
    }


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return the URL of a template repository with one version."""
    return template_repository(tmp_path / "template")


def test_copy_gives_what_scaffold_gives(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`copier copy` and the command's renderer write the same bytes from the same answers."""
    tags = {"path": "/tags", "model": "Tag", "fields": {"title": "str"}, "unique": ["title"]}
    answers = expanded({**ANSWERS, "resources": [tags]}, (), load())
    data = written(tmp_path, answers)
    ran = copier("copy", "--defaults", "--data-file", data, url, tmp_path / "plain")
    assert ran.returncode == 0, ran.stderr
    monkeypatch.setattr("scaffold.template.renderer.find_origin", lambda: Origin(url, "v0.1.0"))
    project = generate(tmp_path / "ours", toolkit_tests=False, **answers)
    assert files(tmp_path / "plain") == files(project.folder)


def test_update_keeps_the_owners_edits(tmp_path: Path, url: str) -> None:
    """A newer template reaches the project; what its owner wrote stays."""
    project, template = tmp_path / "project", tmp_path / "template"
    data = written(tmp_path, ANSWERS)
    assert copier("copy", "--defaults", "--data-file", data, url, project).returncode == 0
    git(project, "init", "-q", "-b", "main")
    commit(project)
    stub = project / "app/endpoints/get_post.py"
    edited = stub.read_text(encoding="utf-8").replace('title="example"', 'title="my own"')
    stub.write_text(edited, encoding="utf-8")
    commit(project)

    module = template / "template/app/http/caching.py"
    improved = '"""Improved."""\n'
    (template / "template/app/http/improved.py").write_text(improved, encoding="utf-8")
    assert module.exists()
    commit(template, "v0.2.0")

    ran = copier("update", "--defaults", cwd=project)
    assert ran.returncode == 0, ran.stderr
    assert 'title="my own"' in stub.read_text(encoding="utf-8")
    assert (project / "app/http/improved.py").read_text(encoding="utf-8") == improved
    answers = yaml.safe_load((project / ".copier-answers.yml").read_text(encoding="utf-8"))
    assert (answers["_src_path"], answers["_commit"]) == (url, "v0.2.0")
    assert answers["endpoints"] == ANSWERS["endpoints"]


def test_update_adds_an_endpoint_and_a_field(tmp_path: Path, url: str) -> None:
    """New answers add both, keep the owner's edits of the model, and leave the rest alone."""
    project = tmp_path / "project"
    data = written(tmp_path, ANSWERS)
    assert copier("copy", "--defaults", "--data-file", data, url, project).returncode == 0
    git(project, "init", "-q", "-b", "main")
    commit(project)
    model = project / "app/models/post.py"
    edited = model.read_text(encoding="utf-8").replace(
        '    """Other fields', '    """Mine: other fields'
    )
    model.write_text(edited, encoding="utf-8")
    commit(project)
    before = files(project)
    added = {"name": "export", "method": "GET", "path": "/export.csv", "response": "csv"}
    author, post = ANSWERS["models"]
    tagged = {"name": "Post", "fields": {**post["fields"], "tags": "list[str] = []"}}
    endpoints = [*ANSWERS["endpoints"], added]
    more = {**ANSWERS, "models": [author, tagged], "endpoints": endpoints}
    ran = copier("update", "--defaults", "--data-file", written(tmp_path, more), cwd=project)
    assert ran.returncode == 0, ran.stderr
    after = files(project)
    new = {path for path in after if path not in before}
    assert new == {
        "app/endpoints/export.py",
        "app/http/closed_streams.py",
        "app/http/csv_rows.py",
        "app/http/downloads.py",
        "tests/endpoints/test_export.py",
    }
    changed = {path for path in before if before[path] != after[path]}
    assert changed == {
        ".copier-answers.yml",
        "README.md",
        "app/endpoints/__init__.py",
        "app/endpoints/get_post.py",
        "app/models/post.py",
        "tests/endpoints/test_get_post.py",
    }
    merged = model.read_text(encoding="utf-8")
    assert '    """Mine: other fields' in merged
    assert "    tags: list[str] = []\n" in merged


@pytest.mark.full
def test_toolkit_tests_come_and_go(tmp_path: Path, url: str) -> None:
    """As the answer says, with the owner's edits elsewhere; new projects have none."""
    project = tmp_path / "[project]*"
    data = written(tmp_path, ANSWERS)
    assert copier("copy", "--defaults", "--data-file", data, url, project).returncode == 0
    git(project, "init", "-q", "-b", "main")
    stub = project / "app/endpoints/get_post.py"
    stub.write_text(stub.read_text(encoding="utf-8") + "\n# mine\n", encoding="utf-8")
    commit(project)
    small = files(project)
    assert yaml.safe_load(small[".copier-answers.yml"])["toolkit_tests"] is False
    update = ("update", "--defaults", "--vcs-ref", ":current:", "--data")
    ran = copier(*update, "toolkit_tests=true", cwd=project)
    assert ran.returncode == 0, ran.stderr
    full = files(project)
    assert yaml.safe_load(full[".copier-answers.yml"])["toolkit_tests"] is True
    assert {"tests/http/test_cookies.py", "tests/test_wire.py"} <= full.keys() - small.keys()
    others = {path for path in full.keys() - small.keys() if not path.startswith("tests/")}
    assert others == {"app/http/__init__.py"}  # which every project had
    commit(project)
    assert copier(*update, "toolkit_tests=false", cwd=project).returncode == 0
    assert files(project) == small


@pytest.mark.full
def test_project_that_does_not_say_keeps_the_toolkit_tests(tmp_path: Path, url: str) -> None:
    """It was made by a version that had no such answer: nothing of it goes."""
    project, template = tmp_path / "[project]*", tmp_path / "template"
    data = written(tmp_path, {**ANSWERS, "toolkit_tests": True})
    assert copier("copy", "--defaults", "--data-file", data, url, project).returncode == 0
    answers = project / ".copier-answers.yml"
    text = answers.read_text(encoding="utf-8")
    answers.write_text(text.replace("toolkit_tests: true\n", ""), encoding="utf-8")
    git(project, "init", "-q", "-b", "main")
    commit(project)
    before = files(project)
    (template / "template/NEW.md").write_text("New.\n", encoding="utf-8")
    commit(template, "v0.2.0")
    ran = copier("update", "--defaults", cwd=project)
    assert ran.returncode == 0, ran.stderr
    after = files(project)
    assert {
        path for path in after.keys() | before.keys() if after.get(path) != before.get(path)
    } == {
        ".copier-answers.yml",
        "NEW.md",
    }
    assert yaml.safe_load(after[".copier-answers.yml"])["toolkit_tests"] is True


def test_questions_alone_give_a_project(tmp_path: Path, url: str) -> None:
    """Without an endpoint list, one endpoint is made for each chosen response pattern."""
    project = tmp_path / "my-shop"
    chosen = {
        "response_patterns": ["html", "csv-stream", "json-direct"],
        "header_patterns": ["cache-control", "server-timing"],
        "cookie_patterns": ["cookie-set", "cookie-session-host-prefix"],
    }
    data = written(tmp_path, chosen)
    ran = copier("copy", "--defaults", "--data-file", data, url, project)
    assert ran.returncode == 0, ran.stderr
    answers = yaml.safe_load((project / ".copier-answers.yml").read_text(encoding="utf-8"))
    assert answers["project_name"] == "my-shop"
    names = [endpoint["name"] for endpoint in answers["endpoints"]]
    assert names == ["get_csv_stream", "get_html", "get_json_direct", "login", "logout"]
    for endpoint in answers["endpoints"][:3]:
        assert endpoint["headers"] == ["cache-control", "server-timing"]
        assert endpoint["cookies"] == ["cookie-session-host-prefix", "cookie-set"]


def test_defaults_give_a_project(tmp_path: Path, url: str) -> None:
    """Going through every question with Enter gives a project with endpoints."""
    project = tmp_path / "service"
    assert copier("copy", "--defaults", url, project).returncode == 0
    answers = yaml.safe_load((project / ".copier-answers.yml").read_text(encoding="utf-8"))
    assert [endpoint["response"] for endpoint in answers["endpoints"]]
    assert answers["application"] == ["head-options", "security-headers"]


REFUSED = [case for case in HOSTILE_SPECS if not case.get("discouraged")]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the template as a plain folder."""
    return copy_template(tmp_path_factory.mktemp("plain") / "template")


@pytest.mark.parametrize("case", some(REFUSED, 24), ids=lambda case: str(case["id"]))
def test_hostile_spec_is_refused(tmp_path: Path, plain: Path, case: dict[str, Any]) -> None:
    """What the command refuses, Copier refuses with the same line, and writes nothing.

    That the macros say the same in both of Jinja's environments, `test_both_environments.py` sees.
    """
    from copier import run_copy
    from copier.errors import UserMessageError

    project = tmp_path / "project"
    with pytest.raises(UserMessageError) as refused:
        run_copy(str(plain), project, data=case["data"], defaults=True, quiet=True)
    said = literal_eval(str(refused.value).removeprefix("'None' has no attribute "))
    assert said == case["error"].replace("'", "`")
    assert not project.exists()


@pytest.mark.parametrize(
    "preset",
    some(["store", "api", "empty", "web", "exports", "tour"], 6),
)
def test_preset_is_the_same_through_copier(preset: str, tmp_path: Path, plain: Path) -> None:
    """Rendering without Copier writes what Copier writes."""
    from copier import run_copy

    answers = {
        "project_name": "service",
        **read_yaml(template_root() / "presets" / f"{preset}.yml"),
        "author_name": "Ana É",
        "author_email": "ana@example.com",
        "license": "MIT",
    }
    origin = {"_scaffold_src": "git+https://example.com/t.git", "_scaffold_commit": "v1"}
    target = tmp_path / "copier" / "service"
    run_copy(str(plain), target, data={**answers, **origin}, defaults=True, quiet=True)
    Template(plain).write(tmp_path / "direct" / "service", {**answers, **origin})
    assert files(tmp_path / "direct") == files(tmp_path / "copier")


@pytest.mark.parametrize(
    "given",
    [
        lambda: {},
        lambda: {
            "response_patterns": ["html", "file"],
            "cookie_patterns": ["cookie-session-host-prefix"],
        },
        lambda: {"application_patterns": ["cors"], "header_patterns": []},
        pytest.param(
            lambda: {"endpoints": matrix.options(), "application": []}, marks=pytest.mark.full
        ),
    ],
)
def test_answers_are_the_same_through_copier(
    given: Callable[[], dict[str, Any]],
    tmp_path: Path,
    plain: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Defaults, computed answers and the user's own settings are those of Copier."""
    from copier import run_copy

    answers = given()
    settings = tmp_path / "settings.yml"
    settings.write_text("defaults: {author_name: Bo, license: Apache-2.0}\n", encoding="utf-8")
    monkeypatch.setenv("COPIER_SETTINGS_PATH", str(settings))
    target = tmp_path / "copier" / "my-shop"
    run_copy(str(plain), target, data=answers, defaults=True, quiet=True)
    src = {"_scaffold_src": str(plain)}
    Template(plain).write(tmp_path / "direct" / "my-shop", {**answers, **src})
    assert files(tmp_path / "direct") == files(tmp_path / "copier")
    assert b"author_name: Bo" in files(target)[".copier-answers.yml"]

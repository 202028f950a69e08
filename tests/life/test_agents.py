"""What coding agents read: the brief catalogue, the skill, AGENTS.md, errors and patches."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from scaffold.catalogue.patterns import load, template_root
from scaffold.cli.app import app
from scaffold.explain.explanation import explain
from scaffold.shown.brief import SHORT, brief_page
from scaffold.shown.explanation import explanation_data
from scaffold.spec.lines import parse_line, parse_model
from scaffold.system.yaml_files import read_yaml
from scaffold.template.origin import Origin
from scaffold.template.renderer import Template
from tests.conftest import ROOT
from tests.docs.pages import commands
from tests.life.conftest import run
from tests.programs import commit, copier, git, template_repository

TASKS: list[dict[str, Any]] = read_yaml(ROOT / "tests" / "agent_tasks.yml")
SKILL = ROOT / "src/scaffold/.agents/skills/fastapi-response-scaffold"
BRIEF = brief_page(load())


def options_in_brief(pattern: str) -> set[str]:
    """Return the options, and choices, that the brief catalogue tells of a pattern."""
    (found,) = re.findall(rf"(?<=[ :]){pattern}(?:\((.*?)\))?(?=[ \n]|$)", BRIEF)
    long = {short: names for names, short in SHORT.items()}
    parts = [long.get(part, part) for part in re.split(r"[,=|]", found)]
    return {name for part in parts for name in part.split(",") if name}


def test_the_brief_catalogue_has_all_patterns_and_options() -> None:
    assert len(BRIEF.encode()) <= 3072
    for pattern in load().patterns.values():
        assert set(pattern.options) <= options_in_brief(pattern.id), pattern.id
    done = run("patterns", "--brief")
    assert (done.status, done.stdout) == (0, f"{BRIEF}\n")
    assert run("patterns", "--brief", "csv").status == 2


def test_there_are_twenty_tasks() -> None:
    assert len({task["task"] for task in TASKS}) == len(TASKS) == 20


@pytest.mark.parametrize("task", TASKS, ids=lambda task: parse_line(task["line"])["name"])
def test_a_task_is_done_with_what_the_brief_catalogue_says(task: dict[str, Any]) -> None:
    endpoint = parse_line(task["line"])
    parts = [endpoint.get("response"), endpoint.get("status")]
    parts += [*endpoint.get("headers", []), *endpoint.get("cookies", [])]
    for entry in filter(None, parts):
        given = {"pattern": entry} if isinstance(entry, str) else entry
        known = options_in_brief(given["pattern"])
        assert given.keys() - {"pattern"} <= known
        for name in ("action", "form"):
            assert given.get(name) is None or given[name] in known
    models = [parse_model(line) for line in task.get("models", [])]
    sent = explanation_data(explain(endpoint, load(), models))
    wanted = task["sends"]
    assert sent["status"] == wanted["status"]
    assert (sent["media_type"] or "").startswith(wanted.get("media_type", ""))
    names = {header["name"].lower() for header in sent["headers"]}
    assert set(wanted.get("headers", ())) <= names
    assert set(wanted.get("others", ())) <= {other["status"] for other in sent["others"]}


def test_the_patch_of_a_dry_run_is_the_change(project: Path) -> None:
    line = "GET /status json-direct as get_status"
    planned = run("add", line, "--dry-run", "--json").json()
    assert planned["applied"] is False
    copy = project.parent / "patched"
    shutil.copytree(project, copy)
    subprocess.run(["git", "apply"], cwd=copy, input=planned["patch"].encode(), check=True)
    done = run("add", line, "--json").json()
    assert (done["applied"], done["patch"]) == (True, None)
    git(project, "add", "-A")
    git(copy, "add", "-A")
    assert git(copy, "write-tree") == git(project, "write-tree")
    assert run("add", line, "--dry-run", "--json").json()["patch"] == ""


def test_diff_has_the_patch_of_an_update(project: Path) -> None:
    shown = run("diff")
    assert run("diff", "--json").json()["patch"].rstrip("\n") == shown.stdout.rstrip("\n") != ""


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (("add", "GET /a json-model(model=Post) cache-contrl"), None),
        (("add", "GET /a json-model(model=Post) status-no-content"), "endpoints["),
        (("edit", "get_post", "GET /a json-model(model=Post) status-no-content"), "endpoints["),
        (("new", "x", "GET /a csv-stream(filename='a/b')"), "endpoints[0].response.filename"),
    ],
)
def test_an_error_in_a_line_comes_with_the_nearest_lines(
    command: tuple[str, ...], field: str | None, project: Path
) -> None:
    """Each of them is valid; nothing is written."""
    done = run(*command, "--json")
    assert done.status == 2
    error, nearest = done.json()["error"], done.json()["nearest"]
    assert (error["field"] or "").startswith(field or "")
    assert error["reason"]
    assert 1 <= len(nearest) <= 3
    for line in nearest:
        explain(parse_line(line), load(), [{"name": "Post", "fields": {"id": "int"}}])
    assert git(project, "status", "--porcelain") == ""


def test_an_error_elsewhere_has_no_nearest_lines(project: Path) -> None:
    assert run("remove", "nothing", "--json").json()["nearest"] == []


def test_the_skill_is_where_library_skills_looks() -> None:
    """In `PACKAGE/.agents/skills/NAME/SKILL.md`, with the keys of agentskills.io."""
    text = (SKILL / "SKILL.md").read_text(encoding="utf-8")
    _, front, body = text.split("---\n", 2)
    meta = yaml.safe_load(front)
    assert meta.keys() == {"name", "description"}
    assert meta["name"] == SKILL.name
    assert len(meta["description"]) <= 1024
    pages = sorted(SKILL.rglob("*.md"))
    assert sum(page.read_text(encoding="utf-8").count("\n") for page in pages) < 400
    linked = {SKILL / link for link in re.findall(r"\]\((references/[^)]+)\)", body)}
    assert linked == {page for page in pages if page.parent.name == "references"}


def test_what_the_skill_names_exists() -> None:
    catalogue = load()
    families = {pattern.id.split("-")[0] for pattern in catalogue.patterns.values()}
    group: Any = get_command(app)
    for page in sorted(SKILL.rglob("*.md")):
        for words in commands(page):
            assert words[0] == "scaffold"
            assert words[1] in group.commands
            for word in words[2:]:
                if re.match("(GET|POST) ", word):
                    parse_line(word)
        text = page.read_text(encoding="utf-8")
        for name in re.findall(r"`([a-z]+(?:-[a-z]+)+)(?:\(.*?\))?`", text):
            if name.split("-")[0] in families:
                assert name in catalogue.patterns, f"{page.name}: {name}"
        for command in re.findall(r"`scaffold ([a-z]+)", text):
            assert command in group.commands


def test_agents_md_is_in_new_projects() -> None:
    """It is short, and names commands and files that there are."""
    given = {"project_name": "service", "endpoints": [], **Origin("/x", None).data()}
    files = {each.path: each for each in Template(template_root()).files(Path("x"), given)}
    text = files["AGENTS.md"].content.decode()
    assert len(text) < 2000
    group: Any = get_command(app)
    for span in re.findall(r"`([^`]+)`", text):
        words = shlex.split(span)
        if words[0] == "scaffold":
            assert words[1] in group.commands
            names = {name for param in group.commands[words[1]].params for name in param.opts}
            assert {word for word in words if word.startswith("--")} <= names
        elif "/" in span or span.endswith(".md"):
            assert any(path == span or path.startswith(span) for path in files) or (
                span == "app/endpoints/"
            )
    without = Template(template_root()).files(Path("x"), {**given, "agents_md": False})
    assert "AGENTS.md" not in {each.path for each in without}


@pytest.mark.full
def test_an_agents_md_of_the_owner_stays(tmp_path: Path) -> None:
    """An update brings none; edits of a generated one are merged, by plain Copier too."""
    url = template_repository(tmp_path / "template")
    project = tmp_path / "service"
    made = copier("copy", "--defaults", "--data", "endpoints=[]", url, project)
    assert made.returncode == 0, made.stderr
    notes, answers = project / "AGENTS.md", project / ".copier-answers.yml"
    notes.write_text("# Mine\n\n" + notes.read_text().partition("\n")[2])
    git(project, "init", "-q", "-b", "main")
    commit(project)
    theirs = tmp_path / "template/template/AGENTS.md"
    theirs.write_text(theirs.read_text() + "- More.\n")
    commit(tmp_path / "template", "v0.2.0")
    assert copier("update", "--defaults", cwd=project).returncode == 0
    assert notes.read_text().startswith("# Mine\n\n")
    assert notes.read_text().endswith("- More.\n")
    notes.write_text("Only mine.\n")
    answers.write_text(answers.read_text().replace("agents_md: true\n", ""))
    commit(project)
    theirs.write_text(theirs.read_text() + "- Still more.\n")
    commit(tmp_path / "template", "v0.3.0")
    assert copier("update", "--defaults", cwd=project).returncode == 0
    assert notes.read_text() == "Only mine.\n"
    assert "agents_md: false\n" in answers.read_text()

"""What the documents show is what there is: commands, options, answers and generated code."""

import html
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from typer.main import get_command

from scaffold.catalogue.patterns import load
from scaffold.cli.app import app
from scaffold.spec.answers import Sources, gather, parse_lines, presets
from scaffold.spec.check import check, check_new
from scaffold.spec.lines import is_model, parse_line
from scaffold.spec.resources import expanded
from tests.conftest import Run
from tests.docs.pages import DOCUMENTS, blocks, command_lines, commands, named, spans
from tests.generated.project import generate
from tests.life.conftest import run
from tests.sampling import some
from tools import picture
from tools.recording import COMMANDS, PICTURE
from tools.site.commands import commands_page
from tools.site.sources import PATTERNS, pages

EXISTING = "from fastapi import FastAPI\n\napp = FastAPI()\n"
PLACEHOLDER = "COMMAND"
HOW_TO = [document for document in DOCUMENTS if document.parent.name == "how-to"]
GROUP: Any = get_command(app)


def scaffold_commands(document: Path) -> list[list[str]]:
    """Return the words behind `scaffold` in each command that calls it."""
    return [words[1:] for words in commands(document) if words[:1] == ["scaffold"]]


def parsed(words: list[str]) -> dict[str, Any]:
    """Return what a command would be given, by the name of the parameter; nothing is run."""
    if words[0].startswith("--"):
        assert words[0] in {option for it in GROUP.params for option in it.opts}
        return {}
    assert words[0] in GROUP.commands, words
    command = GROUP.commands[words[0]]
    context = command.make_context(words[0], words[1:], parent=typer.Context(GROUP))
    values: dict[str, Any] = context.params
    return values


def lines_of(words: list[str], project: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the endpoints that a command's lines stand for, in a project."""
    values = parsed(words)
    if words[0] == "edit":
        given = values["line"]
        return [] if is_model(given) else [parse_line(f"{given} as {values['name']}")]
    return said_by(words, project)["endpoints"]


def said_by(words: list[str], project: dict[str, Any]) -> dict[str, Any]:
    """Return the models, resources and endpoints that a command's lines stand for."""
    lines = given_lines(words)
    return expanded(dict(parse_lines(lines)), lines, load(), project)


def given_lines(words: list[str]) -> list[str]:
    """Return the lines of endpoints and models that a command adds."""
    values = parsed(words) if words[0] != "edit" else {}
    return [*(values.get("lines") or values.get("endpoint") or ())]


def transcripts(document: Path) -> list[str]:
    """Return the commands that are shown with what they print, one a block."""
    shown = [block for block in blocks(document, "console") if block.content.startswith("$ ")]
    return [command_lines(block)[0] for block in shown]


def data_of(document: Path) -> list[dict[str, Any]]:
    """Return the answers that stand in a document as YAML."""
    read = [yaml.safe_load(block.content) for block in blocks(document, "yaml")]
    return [it for it in read if isinstance(it, dict) and it.keys() & {"endpoints", "application"}]


def project_of(document: Path) -> dict[str, Any]:
    """Return the answers of a project with all endpoints of a document."""
    endpoints: dict[str, Any] = {}
    models: list[Any] = []
    resources: list[Any] = []
    application: list[Any] = ["head-options", "security-headers"]
    refused = [shlex.split(command)[1:] for command in transcripts(document)]
    for words in scaffold_commands(document):
        if words[0] != "edit" and words not in refused:
            said = said_by(words, {"models": models, "resources": resources})
            endpoints |= {endpoint["name"]: endpoint for endpoint in said["endpoints"]}
            models += said["models"]
            resources += said["resources"]
    for answers in data_of(document):
        models += answers.get("models", [])
        endpoints |= {endpoint["name"]: endpoint for endpoint in answers.get("endpoints", ())}
        application = answers.get("application", application)
    lists = {"models": models, "resources": resources, "endpoints": [*endpoints.values()]}
    return {**lists, "application": application}


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_commands_and_their_options_exist(document: Path) -> None:
    refused = [shlex.split(command) for command in transcripts(document)]
    nothing: dict[str, Any] = {"models": [], "resources": [], "endpoints": []}
    whole = project_of(document) if document in HOW_TO else nothing
    for words in scaffold_commands(document):
        values = parsed(words)
        assert values.get("preset") in (None, *presets())
        if ["scaffold", *words] not in refused:
            said = said_by(words, whole)
            own = {endpoint["name"]: endpoint for endpoint in lines_of(words, whole)}
            others = [each for each in whole["endpoints"] if each["name"] not in own]
            for endpoint in own.values():
                named = {name: whole[name] or said[name] for name in ("models", "resources")}
                check_new({**named, "endpoints": [endpoint, *others]})
            check(gather(Sources(data=values.get("data") or ())))


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_commands_inside_of_sentences_exist(document: Path) -> None:
    for span in spans(document):
        command, _, rest = span.removeprefix("scaffold ").partition(" ")
        if not span.startswith("scaffold ") or command == PLACEHOLDER or command[0] in "-<":
            continue
        assert command in GROUP.commands, span
        known = {option for it in GROUP.commands[command].params for option in it.opts}
        known |= {option for it in GROUP.commands[command].params for option in it.secondary_opts}
        assert set(re.findall(r"(?<!\S)--[a-z-]+", rest)) <= known | {"--help"}, span


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_answers_are_valid(document: Path) -> None:
    for answers in data_of(document):
        check(answers)


@pytest.mark.parametrize("document", HOW_TO, ids=named)
def test_the_endpoints_of_a_page_go_together(document: Path) -> None:
    check_new(project_of(document))


@pytest.mark.parametrize("document", some(HOW_TO, 3), ids=named)
def test_the_commands_of_a_page_work(
    document: Path, work: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if document.name == "update.md":
        pytest.skip("test_newcomer.py updates, for which there must be a newer template")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    project = work / "service"
    if document.name == "existing-project.md":
        (project / "service").mkdir(parents=True)
        (project / "service" / "api.py").write_text(EXISTING)
    else:
        run("new", project, "--preset", "empty", "--no-git", "--no-sync")
    for block in blocks(document, "yaml"):
        if file := re.match(r"# (\w+\.yml)\n", block.content):
            (project / file[1]).write_text(block.content)
    monkeypatch.chdir(project)
    for words in scaffold_commands(document):
        agreed = ["--yes"] if words == ["adopt"] else []
        done = run(*words, *agreed)
        assert done.status == 0, (words, done.stderr)


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_code_with_the_name_of_a_file_is_generated(document: Path, tmp_path: Path) -> None:
    shown = [block for block in blocks(document, "python") if block.title]
    if not shown:
        return
    project = generate(tmp_path, **project_of(document))
    for block in shown:
        assert block.content in (project.folder / str(block.title)).read_text(), block.title


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_what_new_is_shown_to_print_it_prints(document: Path, scaffold: Run) -> None:
    for block in blocks(document, "console"):
        if block.content.startswith("$ scaffold new"):
            command, *_ = command_lines(block)
            done = scaffold(*shlex.split(command)[1:])
            assert (done.stdout or done.stderr) == block.content.partition("\n")[2]


def test_every_pattern_is_on_a_page_of_its_own_with_all_it_has() -> None:
    site = pages()
    for pattern in load().patterns.values():
        page = site[f"{PATTERNS}/{pattern.id}.md"]
        assert all(f"| `{option}` |" in page for option in pattern.options)
        assert all(f"\n{heading}\n" in page for heading in ("## On the wire", "## Pitfalls"))


def test_the_page_of_the_commands_has_every_command_and_option() -> None:
    page = commands_page()
    for name, command in GROUP.commands.items():
        section = page.partition(f"\n## scaffold {name}\n")[2].partition("\n## ")[0]
        for parameter in command.params:
            assert parameter.param_type_name == "argument" or parameter.opts[0] in section, name


def test_the_picture_shows_what_is_generated() -> None:
    """`python -m tools.picture` draws it anew."""
    assert picture.PICTURE.read_text(encoding="utf-8") == picture.picture()


def test_the_recording_shows_commands_that_exist() -> None:
    picture = PICTURE.read_text(encoding="utf-8")
    shown = html.unescape(re.sub(r"<.*?>", "", picture)).replace("\xa0", " ")
    for command in COMMANDS:
        assert f"$ {command}" in shown.replace("\n", "")
        words = shlex.split(command)
        if words[0] == "scaffold":
            parsed(words[1:])

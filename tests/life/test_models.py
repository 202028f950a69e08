"""Models in the commands on a project: they come, change, move and go, and edits stay."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from scaffold.catalogue.patterns import load
from scaffold.spec.lines import parse_line, parse_model
from scaffold.template.origin import Origin
from scaffold.template.renderer import Template
from tests.life.conftest import ANSWERS, replace, run
from tests.life.histories import STUB, append
from tests.life.test_branches import merge, on_branch
from tests.life.test_histories import tree
from tests.test_plain_copier import commit, git

AUTHOR = "model Author(name=str, joined=date)"
COMMENT = "model Comment(text=str, author=Author)"
COMMENTS = "GET /comments json-model(model=list[Comment]) as list_comments"
MODEL = "app/models/comment.py"


def answers(project: Path) -> Any:
    """Return what a project records."""
    return yaml.safe_load((project / ".copier-answers.yml").read_text())


def models(project: Path) -> dict[str, Any]:
    """Return the models that a project lists."""
    return {model["name"]: model["fields"] for model in answers(project).get("models", ())}


def text(project: Path, path: str) -> str:
    """Return a file of a project."""
    return (project / path).read_text()


@pytest.fixture(scope="session")
def with_models(
    versions: dict[str, Path], origin: Origin, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return a committed project with an endpoint and two models, to be copied."""
    folder = tmp_path_factory.mktemp("with-models") / "service"
    endpoints = [*ANSWERS["endpoints"], parse_line(COMMENTS)]
    listed = [parse_model(AUTHOR), parse_model(COMMENT)]
    given = {**ANSWERS, "models": listed, "endpoints": endpoints, **origin.data()}
    Template(next(iter(versions.values()))).write(folder, given)
    git(folder, "init", "-q", "-b", "main")
    commit(folder)
    return folder


@pytest.fixture
def commented(project: Path, with_models: Path) -> Path:
    """Return that project, in the current folder's place."""
    shutil.rmtree(project)
    shutil.copytree(with_models, project, symlinks=True)
    os.chdir(project)
    return project


def test_models_and_endpoints_come_together_and_go(project: Path) -> None:
    before = tree(project)
    assert run("add", COMMENTS, AUTHOR, COMMENT).status == 0
    assert list(models(project)) == ["Author", "Comment"]
    assert "from app.models.author import Author\n" in text(project, MODEL)
    assert run("add", COMMENT, COMMENTS).stderr == "Nothing to do: it is there already.\n"
    assert run("remove", "list_comments", "Comment", "Author").status == 0
    assert tree(project) == before


def test_they_come_from_a_file(project: Path, tmp_path: Path) -> None:
    data = tmp_path / "data.yml"
    data.write_text("models: [{name: Tag, fields: {word: str}}]\n")
    assert run("add", "--data-file", data).status == 0
    assert models(project) == {"Tag": {"word": "str"}}
    assert run("add", "--data-file", data).stderr == "Nothing to do: it is there already.\n"


def test_what_is_new_lists_its_models(project: Path) -> None:
    line = "GET /tags json-model(model=Tag, fields={word: str}) as list_tags"
    assert run("add", line).status == 0
    assert models(project) == {"Tag": {"word": "str"}}
    assert "fields" not in answers(project)["endpoints"][-1]["response"]
    assert run("add", line).stderr == "Nothing to do: it is there already.\n"


def test_a_stub_that_declares_a_model_imports_it_when_another_endpoint_names_it(
    project: Path,
) -> None:
    """What 0.2.0 generated declares its models in stubs."""
    append(project / STUB, "# mine\n")
    assert "class Post(BaseModel)" in text(project, STUB)
    assert run("add", "GET /all json-model(model=list[Post]) as list_all").status == 0
    assert models(project) == {"Post": {"id": "int", "title": "str"}}
    stub = text(project, STUB)
    assert "from app.models.post import Post\n" in stub
    assert "class Post" not in stub
    assert stub.endswith("# mine\n")


def test_edits_of_a_declared_model_are_a_conflict(project: Path) -> None:
    replace(project / STUB, "    title: str\n", "    title: str = ''\n")
    done = run("add", "model Post(id=int, title=str)")
    assert done.status == 3
    assert f"Decide the marked lines in: {STUB}\n" in done.stderr


def test_a_model_that_differs_from_what_a_stub_declares_is_refused(project: Path) -> None:
    before = tree(project)
    replace_fields = "GET /a json-model(model=Post, fields={id: str}) as a"
    done = run("add", replace_fields)
    assert done.status == 2
    assert "there is a model Post with other fields; leave the fields out here" in done.stderr
    assert tree(project) == before


EDITS = (
    ('    """Other fields', '    """Said by somebody. A field'),
    ("import BaseModel\n", "import BaseModel, field_validator\n"),
    (
        "    author: Author\n",
        "    author: Author\n    likes: int = 0\n\n"
        '    @field_validator("text")\n'
        "    @classmethod\n"
        "    def check(cls, text: str) -> str:\n"
        '        """Refuse what is empty."""\n'
        "        return text\n",
    ),
)
"""What an owner does to a model: a docstring, an import, a field and a validator."""


@pytest.fixture
def edited(commented: Path) -> Path:
    """Return that project with a model that its owner has worked on."""
    for old, new in EDITS:
        replace(commented / MODEL, old, new)
    commit(commented)
    return commented


@pytest.mark.parametrize(
    ("line", "there"),
    [
        (
            'model Comment(text=str, author=Author, score="int | None")',
            ["    author: Author\n    score: int | None = None\n    likes: int = 0\n"],
        ),
        (
            "model Comment(text='str(max_length=9)', author=Author, at=datetime)",
            [
                "    text: Annotated[str, Field(max_length=9)]\n",
                "    at: AwareDatetime\n    likes: int = 0\n",
            ],
        ),
        ("model Comment(text=str)", ["    text: str\n    likes: int = 0\n"]),
    ],
)
def test_fields_merge_with_the_edits_of_the_owner(
    edited: Path, line: str, there: list[str]
) -> None:
    done = run("edit", "Comment", line)
    assert done.status == 0, text(edited, MODEL)
    written = text(edited, MODEL)
    for part in (*there, "Said by somebody.", "field_validator", "def check"):
        assert part in written
    compile(written, MODEL, "exec")


def test_a_model_is_renamed_with_all_that_name_it(edited: Path) -> None:
    stub = "app/endpoints/list_comments.py"
    replace(
        edited / stub, "    return [", "    comment = Comment\n    print(comment)\n    return ["
    )
    replace(edited / stub, 'text="example"', 'text="mine"')
    (edited / "app/own.py").write_text(
        "from app.models import comment\nfrom app.models.comment import Comment as C\n\n"
        'print(comment.Comment, C, "Comment")\n'
    )
    commit(edited)
    done = run("rename", "Comment", "Remark")
    assert done.status == 0, done.stderr
    assert not (edited / MODEL).exists()
    remark = text(edited, "app/models/remark.py")
    assert '"""Remark, as it goes over the wire."""' in remark
    assert "class Remark(BaseModel):\n" in remark
    assert "def check" in remark
    written = text(edited, stub)
    assert "    comment = Remark\n" in written
    assert 'Remark(text="mine"' in written
    assert "Comment" not in written.replace("list_comments", "")
    assert text(edited, "app/own.py") == (
        "from app.models import remark as comment\nfrom app.models.remark import Remark as C\n\n"
        'print(comment.Remark, C, "Comment")\n'
    )
    assert "note: these still say Comment, in texts or otherwise: app/own.py\n" in done.stderr
    assert answers(edited)["endpoints"][-1]["response"]["model"] == "list[Remark]"
    assert run("list").stderr == ""


def test_a_model_that_names_itself_is_renamed_in_itself(project: Path) -> None:
    assert run("add", "model Node(word=str, below=list[Node], kind='enum(Node)')").status == 0
    assert run("rename", "Node", "Leaf").status == 0
    assert models(project) == {"Leaf": {"word": "str", "below": "list[Leaf]", "kind": "enum(Node)"}}
    assert "below: list[Leaf]\n" in text(project, "app/models/leaf.py")


def test_branches_are_merged_by_models_and_fields(commented: Path) -> None:
    on_branch(
        commented, "one", "edit", "Comment", "model Comment(text=str, author=Author, at=date)"
    )
    on_branch(commented, "two", "edit", "Comment", "model Comment(text=str, author=Author, no=int)")
    done = run("add", "model Tag(word=str)")
    assert done.status == 0
    commit(commented)
    merge(commented, "one")
    done = run("resolve")
    assert done.status == 0, done.stderr
    assert models(commented) == {
        "Author": {"name": "str", "joined": "date"},
        "Comment": {"text": "str", "author": "Author", "no": "int", "at": "date"},
        "Tag": {"word": "str"},
    }
    assert "    no: int\n    at: date\n" in text(commented, MODEL)
    assert "from datetime import date\n" in text(commented, MODEL)
    commit(commented)
    assert run("list").stderr == ""


def test_two_changes_of_one_field_are_for_people(commented: Path) -> None:
    for branch, type_ in (("one", "int"), ("two", "float")):
        line = f"model Comment(text={type_}, author=Author)"
        on_branch(commented, branch, "edit", "Comment", line)
    merge(commented, "one")
    before = tree(commented)
    done = run("resolve")
    assert done.status == 4
    told = "both sides have changed the model Comment: ours to model Comment(text=float, author="
    assert told in done.stderr
    assert tree(commented) == before
    assert run("resolve", "--theirs", "Comment").status == 0
    assert "    text: int\n" in text(commented, MODEL)


def test_a_model_that_one_side_renames_and_the_other_uses(commented: Path) -> None:
    on_branch(commented, "one", "rename", "Comment", "Remark")
    on_branch(commented, "two", "add", "GET /last json-model(model=Comment) as last")
    replace(commented / MODEL, "    author: Author\n", "    author: Author\n    mine: int = 0\n")
    commit(commented)
    merge(commented, "one")
    done = run("resolve")
    assert done.status == 0, done.stderr
    assert list(models(commented)) == ["Author", "Remark"]
    assert "    mine: int = 0\n" in text(commented, "app/models/remark.py")
    assert not (commented / MODEL).exists()
    assert "-> Remark:" in text(commented, "app/endpoints/last.py")
    commit(commented)
    assert run("list").stderr == ""


def test_a_model_that_one_side_removes_and_the_other_uses(commented: Path) -> None:
    on_branch(commented, "one", "remove", "list_comments", "Comment")
    on_branch(commented, "two", "add", "GET /last json-model(model=Comment) as last")
    merge(commented, "one")
    before = tree(commented)
    done = run("resolve")
    assert done.status == 4
    assert "one side has removed the model Comment, and the endpoint last names it" in done.stderr
    assert tree(commented) == before
    assert run("resolve", "--ours", "Comment").status == 0
    assert list(models(commented)) == ["Author", "Comment"]


@pytest.mark.parametrize(
    ("command", "status", "message"),
    [
        (
            ["add", "model Comment(text=int)"],
            2,
            "there is a model Comment already: model Comment(text=str, author=Author); change it "
            "with `scaffold edit Comment`, or give the new one another name",
        ),
        (["add", "model Post"], 2, 'model line "model Post": a model and its fields are needed'),
        (
            ["add", "model Post(id=Nobody)"],
            2,
            "model Post.fields.id: there is no model Nobody; list it under models",
        ),
        (["add", "model comment(id=int)"], 2, "is no usable name of a model"),
        (["add", "model COMMENT(id=int)"], 2, "shares its module with the model"),
        (
            ["add", "POST /x body(Nobody) json-model(model=Comment) as x"],
            2,
            "there is no model Nobody",
        ),
        (["remove", "Comment"], 4, "Comment is named by the endpoint list_comments; remove or"),
        (["remove", "Author"], 4, "Author is named by the model Comment; remove or change"),
        (["remove", "Authors"], 2, "there is no model Authors; did you mean Author"),
        (["rename", "Comment", "Author"], 2, "there is a model Author already; choose another"),
        (["rename", "Comment", "class"], 2, "is no usable name of a model"),
        (["rename", "Nobody", "X"], 2, "there is no model Nobody; `scaffold list` shows them"),
        (["edit", "Comment", "GET /x json-model"], 2, "Comment is a model; write it as model"),
        (["edit", "get_post", "model Post(id=int)"], 2, "get_post is an endpoint; write it as"),
        (["edit", "Comment", "model Comment(author=Author(x=1))"], 2, "cannot be read from"),
        (
            ["edit", "Comment", "model Comment(author=Comment)"],
            2,
            "Comment leads back to itself, so that no value ends",
        ),
    ],
)
def test_a_mistake_is_told_in_one_line(
    commented: Path, command: list[str], status: int, message: str
) -> None:
    before = tree(commented)
    done = run(*command)
    assert (done.status, done.stdout) == (status, "")
    assert message in done.stderr
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert tree(commented) == before


def test_a_version_without_models_says_so(
    project: Path, versions: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = load(next(iter(versions.values()))).vocabulary.shapes
    monkeypatch.delitem(words, "model")  # type: ignore[arg-type]
    done = run("add", AUTHOR)
    assert done.status == 4
    assert "version of the template has no models; run `scaffold update` first" in done.stderr


def test_the_list_shows_models(edited: Path) -> None:
    done = run("list")
    assert done.stderr == ""
    assert done.stdout.splitlines()[-2:] == [
        "Author         as generated  model Author(name=str, joined=date)",
        "Comment        edited        model Comment(text=str, author=Author)",
    ]
    (edited / MODEL).unlink()
    assert [item["module"] for item in run("list", "--json").json()["models"]] == [
        "generated",
        "missing",
    ]


@pytest.mark.parametrize(
    ("old", "new", "command"),
    [
        ("    text: str\n", "    text: int\n", "scaffold edit Comment 'model Comment(text=int, "),
        (
            "- name: Comment\n",
            "- name: Tag\n  fields: {a: int}\n- name: Comment\n",
            "scaffold add ",
        ),
    ],
)
def test_a_hand_edit_of_the_list_is_explained(
    commented: Path, old: str, new: str, command: str
) -> None:
    replace(commented / ".copier-answers.yml", old, new)
    for arguments in (["list"], ["add", "GET /x plain-text"]):
        done = run(*arguments)
        assert ".copier-answers.yml was edited by hand, which generates nothing" in done.stderr
        assert command in done.stderr
    assert done.status == 4


def test_a_package_of_the_owner_stays(project: Path) -> None:
    (project / "app/models").mkdir()
    (project / "app/models/__init__.py").write_text("mine = 1\n")
    (project / "app/models/author.py").write_text("mine = 1\n")
    done = run("add", AUTHOR)
    assert done.status == 4
    assert "app/models/author.py is a file of yours, and the new model needs one" in done.stderr
    assert run("add", "model Tag(word=str)").status == 0
    assert text(project, "app/models/__init__.py") == "mine = 1\n"


def test_an_update_keeps_models_and_edits(edited: Path) -> None:
    assert run("update", "--to", "v0.2.0", "--yes").status == 0
    assert models(edited)["Comment"] == {"text": "str", "author": "Author"}
    assert "    likes: int = 0\n" in text(edited, MODEL)
    assert run("list").stderr == ""


EVENTS = "GET /events sse(model=Event) as events"


def test_what_a_pattern_brings_goes_with_it(project: Path) -> None:
    before = tree(project)
    assert run("add", EVENTS).status == 0
    assert models(project)["Event"] == {"id": "int", "title": "str"}
    done = run("remove", "events")
    assert "nothing else names these models, which go as well: Event\n" in done.stderr
    assert tree(project) == before


@pytest.mark.parametrize(
    "lines",
    [
        ("model Event(id=int, title=str, more=str)", EVENTS),
        (EVENTS, "model Folder(items=list[Event])"),
        (EVENTS, "GET /more json-model(model=list[Event]) as more"),
    ],
    ids=["other fields", "named by a model", "named by an endpoint"],
)
def test_what_somebody_has_chosen_or_names_stays(project: Path, lines: tuple[str, ...]) -> None:
    for line in lines:
        assert run("add", line).status == 0
    done = run("remove", "events")
    assert done.status == 0
    assert "go as well" not in done.stderr
    assert "Event" in models(project)


def test_what_its_owner_has_edited_stays(project: Path) -> None:
    run("add", EVENTS)
    append(project / "app/models/event.py", "# mine\n")
    done = run("remove", "events")
    assert done.status == 0
    assert "nothing else names these models, which stay, since you have edited them: Event\n" in (
        done.stderr
    )
    assert "# mine" in text(project, "app/models/event.py")
    assert "Event" in models(project)

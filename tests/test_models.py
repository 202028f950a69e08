"""Models by their names: who names them, and how endpoints declare them."""

import json
from typing import Any

import pytest

from scaffold.catalogue.patterns import load
from scaffold.errors import InvalidSpec, UsageMistake
from scaffold.project.state import model_module
from scaffold.spec.answers import Sources, gather
from scaffold.spec.lines import format_model, parse_model
from scaffold.spec.models import names_in, renamed_in, users, with_model_renamed
from tests.plain_copier import environment, render

POST = "model Post(id=int, title='str(max_length=9)')"
TYPES = {
    "Post": ["Post"],
    "list[Post]": ["Post"],
    "dict[str, list[Post | None]] | Author | None": ["Post", "Author"],
    "enum(Post, Draft)": [],
    "enum('Post | Author') | Post": ["Post"],
    "str(examples=[Post])": [],
    "list[Post](min_length=1) = []": ["Post"],
    "str = Post": [],
    "str(pattern='=', examples=['a=b']) | Post": ["Post"],
    "app.posts:Post": [],
    "app.posts:Post(examples=[{title: Post}]) | Author": ["Author"],
    "any | None": [],
    "'Post'": [],
}


@pytest.mark.parametrize(("written", "names"), TYPES.items())
def test_the_models_in_a_type(written: str, names: list[str]) -> None:
    """Those that the grammar of the template finds, where it can read the type."""
    assert names_in(written) == names
    types = environment().get_template("compose/types.jinja").make_module()
    models = environment().get_template("compose/models.jinja").make_module()
    mistakes: list[str] = []
    type_ = json.loads(types.read_field(written, mistakes))  # type: ignore[attr-defined]
    if not mistakes:
        found = json.loads(models.named_in([type_]))  # type: ignore[attr-defined]
        assert sorted(found) == sorted(set(names))
    renamed = renamed_in(written, "Post", "Text")
    assert names_in(renamed) == ["Text" if name == "Post" else name for name in names]


@pytest.mark.parametrize(
    "name", ["Post", "BlogPost", "HTTPAnswer", "Post2Go", "Class", "Con", "Match", "None1", "ABC"]
)
def test_a_module_is_called_as_the_template_calls_it(name: str) -> None:
    models = environment().get_template("compose/models.jinja").make_module()
    assert model_module(name) == models.module_of(name)  # type: ignore[attr-defined]


def test_every_word_that_no_module_is_called() -> None:
    words = load().data["vocabulary"]
    taken = [word for word in words["keywords"] + words["devices"] if word.isalpha()]
    assert all(model_module(word.capitalize()) == f"{word}_" for word in taken)


def test_a_model_is_renamed_wherever_it_is_named() -> None:
    """Also where a pattern names it by default."""
    answers: dict[str, Any] = {
        "models": [
            {"name": "Item", "fields": {"id": "int", "of": "list[Item]"}},
            {"name": "Box", "fields": {"items": "dict[str, Item]"}},
        ],
        "endpoints": [
            {"name": "a", "query": {"q": "str", "strict": True}, "response": "json-model"},
            {"name": "b", "body": "list[Item]", "response": {"pattern": "xml", "model": "Box"}},
        ],
    }
    assert users(answers, "Item", load()) == ["the endpoint a", "the endpoint b", "the model Box"]
    renamed = with_model_renamed(answers, "Item", "Thing", load())
    assert renamed == {
        "models": [
            {"name": "Thing", "fields": {"id": "int", "of": "list[Thing]"}},
            {"name": "Box", "fields": {"items": "dict[str, Thing]"}},
        ],
        "endpoints": [
            {**answers["endpoints"][0], "response": {"pattern": "json-model", "model": "Thing"}},
            {**answers["endpoints"][1], "body": "list[Thing]"},
        ],
    }


def test_a_line_reads_back() -> None:
    model = {"name": "Post", "fields": {"pattern": "str", "tags": "list[str] = []", "n": "a | b"}}
    assert parse_model(format_model(model)) == model


def test_plain_copier_says_what_mends_a_model() -> None:
    source = "{% from 'compose/recorded.jinja' import mend with context %}{{ mend(*given) }}"
    models = [{"name": "A"}, {"name": "Post"}]
    said = render(source, given=["models", models, "models[1].fields.id: no"])
    assert said == 'scaffold edit Post "LINE" mends it'
    assert render(source, given=["models", 3, "models: no"]) == "--data models=... gives another"


def gathered(*lines: str) -> dict[str, Any]:
    """Return the answers of lines."""
    return gather(Sources(lines=lines))


def test_models_of_new_projects_are_listed() -> None:
    answers = gathered(
        "POST /posts body(Post) json-model(model=Post) as create_post",
        "GET /authors json-model(model=list[Author], fields={name: str}) as list_authors",
        "model Post(id=int, author=Author)",
    )
    assert answers["models"] == [
        {"name": "Post", "fields": {"id": "int", "author": "Author"}},
        {"name": "Author", "fields": {"name": "str"}},
    ]
    assert [each["response"] for each in answers["endpoints"]] == [
        {"pattern": "json-model", "model": "Post"},
        {"pattern": "json-model", "model": "list[Author]"},
    ]
    assert "models" not in gathered("GET /x plain-text")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            [POST, "model Post(id=str)"],
            'model line "model Post(id=str)": name: the model Post shares its module',
        ),
        (["model Post(id=text)"], 'model line "model Post(id=text)": id: "text" is no field type'),
        (["model Post(id=int, id=str)"], "the fields of Post must be different names"),
        (["model Post(id)"], "the fields of Post must all be written as name=value"),
        (["model Post('"], "a model and its fields are needed, as in model Post(id=int, title="),
        (
            ["GET /x json-model(model=A, fields={id: text}) as x"],
            'as x": json-model fields.id: "text" is no field type',
        ),
        (
            ["GET /x json-model(model=Response, fields={id: int}) as x"],
            'as x": json-model model: "Response" is no usable name of a model',
        ),
        (
            ["model BlogPost(id=int)", "GET /x json-model(model=Blogpost, fields={a: Nobody})"],
            "json-model fields.a: there is no model Nobody",
        ),
        (
            [POST, "GET /x json-model(model=Post, fields={id: int}) as x"],
            "json-model fields: there is a model Post with other fields; leave the fields out",
        ),
    ],
)
def test_a_mistake_names_its_line(lines: list[str], said: str) -> None:
    with pytest.raises((InvalidSpec, UsageMistake)) as caught:
        gathered(*lines)
    assert said in str(caught.value)
    assert str(caught.value).startswith(("model line ", "endpoint line "))

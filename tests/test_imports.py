"""Macros that are imported are made once for all that give them the same, and see what is new."""

from pathlib import Path
from typing import Any

import pytest

from scaffold.catalogue.patterns import load, template_root
from scaffold.template.imports import MOST
from scaffold.template.jinja import environment
from scaffold.template.macros import Macros
from scaffold.template.renderer import Template

TEMPLATE = Template(template_root())
FILES = {
    "top.jinja": "{% from 'a.jinja' import a with context %}{{ a() }}",
    "beside.jinja": "{% set own = 1 %}{% from 'a.jinja' import a with context %}{{ a() }}",
    "local.jinja": "{% set word = 'own' %}{% from 'a.jinja' import a with context %}{{ a() }}",
    "a.jinja": (
        "{% from 'b.jinja' import b with context %}{% macro a() %}{{ b() }}{% endmacro %}"
        "{% set _ = made.append(1) %}"
    ),
    "b.jinja": (
        "{% set kept = [] %}"
        "{% macro b() %}{% set _ = kept.append(word) %}{{ kept | join }}{% endmacro %}"
    ),
}


@pytest.fixture
def made() -> list[int]:
    """Return what `a.jinja` adds a number to, whenever its macros are made."""
    return []


@pytest.fixture
def templates(tmp_path: Path) -> Any:
    """Return an environment with some files."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return environment.__wrapped__(tmp_path)


def test_they_are_made_once(templates: Any, made: list[int]) -> None:
    """From whichever file they are imported, whatever else is known there."""
    assert templates.get_template("top.jinja").render(word="x", made=made) == "x"
    assert templates.get_template("top.jinja").render(word="x", made=made, more=1) == "xx"
    assert templates.get_template("beside.jinja").render(word="x", made=made) == "xxx"
    assert made == [1]


def test_another_value_makes_them_anew(templates: Any, made: list[int]) -> None:
    """It may be read by a file that they import, and set by the one that imports them."""
    for word in ("x", "y"):
        assert templates.get_template("top.jinja").render(word=word, made=made) == word
    assert templates.get_template("local.jinja").render(word="z", made=made) == "own"
    assert len(made) == 3


def test_few_are_kept(templates: Any, made: list[int]) -> None:
    values = [f"word {number}" for number in range(2 * MOST)]
    for word in (*values, values[-1], values[0]):
        templates.get_template("top.jinja").render(word=word, made=made)
    assert len(made) == len(values) + 1
    assert len(templates.get_template("a.jinja")._made) == MOST


@pytest.mark.parametrize("evaluated", ["a file", "a check"])
def test_what_has_changed_in_a_list_is_seen(evaluated: str, tmp_path: Path) -> None:
    """Macros remember the models that they have read, but for no other evaluation."""
    models: list[dict[str, Any]] = [{"name": "Post", "fields": {}}]
    response = {"pattern": "json-model", "model": "Post"}
    endpoint = {"name": "read", "method": "GET", "path": "/a", "response": response}
    for field in ("id", "slug"):
        models[0]["fields"] = {field: "int"}
        if evaluated == "a check":
            written = Macros(load(), models=models).plan.plan([endpoint], [], models, [])
        else:
            given = {"project_name": "p", "models": models, "endpoints": [endpoint]}
            path = "tests/endpoints/test_read.py"
            [file] = TEMPLATE.files(tmp_path, given, only=path)
            written = file.content.decode()
        assert f'"{field}"' in written

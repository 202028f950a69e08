"""The JSON Schema accepts what the command accepts, and refuses what is not well formed."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from scaffold.catalogue.patterns import load, template_root
from scaffold.cli.app import app
from scaffold.errors import InvalidSpec
from scaffold.spec.answers import presets
from scaffold.spec.check import check
from scaffold.template.renderer import Template
from tests.conftest import HOSTILE_SPECS
from tests.generated import matrix

GOOD = {"name": "get_post", "method": "GET", "path": "/posts", "response": "json-model"}


def printed(of: str) -> dict[str, Any]:
    """Return the schema that `scaffold schema` prints."""
    ran = CliRunner().invoke(app, ["schema", of])
    assert ran.exit_code == 0
    schema: dict[str, Any] = json.loads(ran.stdout)
    return schema


@pytest.fixture(scope="module")
def answers() -> Draft202012Validator:
    """Return a validator of data files."""
    return Draft202012Validator(printed("answers"))


@pytest.fixture(scope="module")
def endpoints() -> Draft202012Validator:
    """Return a validator of endpoint lists."""
    return Draft202012Validator(printed("endpoints"))


@pytest.mark.parametrize("of", ["answers", "endpoints"])
def test_it_is_a_json_schema(of: str) -> None:
    schema = printed(of)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_without_an_argument_it_is_that_of_a_data_file() -> None:
    assert json.loads(CliRunner().invoke(app, ["schema"]).stdout) == printed("answers")


@pytest.mark.parametrize("preset", presets())
def test_every_preset_fits(preset: str, answers: Draft202012Validator) -> None:
    text = (template_root() / "presets" / f"{preset}.yml").read_text(encoding="utf-8")
    assert list(answers.iter_errors(yaml.safe_load(text))) == []


def test_the_answers_of_a_project_fit(tmp_path: Path, answers: Draft202012Validator) -> None:
    Template(template_root()).write(tmp_path / "service", {})
    recorded = yaml.safe_load((tmp_path / "service" / ".copier-answers.yml").read_text())
    assert list(answers.iter_errors(recorded)) == []
    assert "endpoints" in recorded


@pytest.mark.parametrize(
    "accepted",
    [matrix.alone, matrix.options, matrix.ways, pytest.param(matrix.pairs, marks=pytest.mark.full)],
)
def test_whatever_the_command_accepts_fits(
    accepted: Callable[[], Iterable[dict[str, Any]]], endpoints: Draft202012Validator
) -> None:
    for spec in accepted():
        assert endpoints.is_valid([spec]), spec


@pytest.mark.parametrize(
    "wrong",
    [
        GOOD | {"name": "get-post"},
        GOOD | {"method": "get"},
        GOOD | {"path": "posts"},
        GOOD | {"response": "cache-control"},
        GOOD | {"response": "json-modle"},
        GOOD | {"response": {"pattern": "json-model", "modle": "Post"}},
        GOOD | {"response": {"pattern": "json-model", "model": "post"}},
        GOOD | {"response": {"pattern": "json-model", "fields": {"id": "integer"}}},
        GOOD | {"response": {"pattern": "json-model", "fields": {}}},
        GOOD | {"body": {"a title": "str"}},
        GOOD | {"cookies": [{"pattern": "cookie-set", "samesite": "Lax"}]},
        GOOD | {"cookies": [{"pattern": "cookie-set", "secure": "yes"}]},
        GOOD | {"cookies": [{"pattern": "cookie-set", "max_age": 0}]},
        GOOD | {"headers": [{"pattern": "cache-control", "via": "injected"}]},
        GOOD | {"headers": ["json-model"]},
        GOOD | {"headers": "cache-control"},
        GOOD | {"status": "no-content"},
        GOOD | {"responses": "json-model"},
        {key: value for key, value in GOOD.items() if key != "response"},
        {key: value for key, value in GOOD.items() if key != "path"},
    ],
    ids=lambda wrong: json.dumps({k: v for k, v in wrong.items() if GOOD.get(k) != v})[:40],
)
def test_what_is_not_well_formed_does_not_fit(
    wrong: dict[str, Any], endpoints: Draft202012Validator
) -> None:
    assert endpoints.is_valid([GOOD])
    assert not endpoints.is_valid([wrong])


def test_most_hostile_specs_do_not_fit(answers: Draft202012Validator) -> None:
    """The rest concerns what patterns mean together, which no schema says."""
    fits = [spec["id"] for spec in HOSTILE_SPECS if answers.is_valid(spec["data"])]
    formal = [spec["id"] for spec in HOSTILE_SPECS if not answers.is_valid(spec["data"])]
    assert len(formal) > len(HOSTILE_SPECS) // 4
    assert {"public-cache-beside-a-cookie", "name-twice"} <= set(fits)


def test_editors_find_every_pattern_and_its_options(endpoints: Draft202012Validator) -> None:
    definitions = endpoints.schema["$defs"]
    for pattern in load().patterns.values():
        described = definitions[pattern.id]
        assert described["description"].startswith(pattern.summary)
        assert set(pattern.options) <= set(described["properties"])
        for name, option in pattern.options.items():
            assert described["properties"][name]["default"] == option.default


def with_models(**fields: Any) -> dict[str, Any]:
    """Return a data file with a model and an endpoint that takes it."""
    endpoint = GOOD | {"method": "POST", "body": "list[Post]", "tags": ["a" * 60]}
    return {
        "models": [{"name": "Post", "fields": fields or {"id": "int"}}],
        "endpoints": [endpoint],
    }


MODELS = [
    with_models(),
    with_models(title="str(max_length=9) | None", tags="list[Post] = []", at="dict[str, any]"),
    with_models(a="enum(a, b)", b="app.x:Trip(examples=[{a: 1}])"),
    with_models(a=f"enum({'a' * 4994})"),
    with_models(**{f"a{n}": "int" for n in range(100)}),
    {"models": [{"name": f"A{n}", "fields": {"a": "int"}} for n in range(500)]},
]
NO_MODELS = [
    {"models": None},
    {"models": [3]},
    {"models": [{"name": "Post"}]},
    {"models": [{"name": "post", "fields": {"id": "int"}}]},
    {"models": [{"name": "Post", "fields": {"id": "int"}, "more": 1}]},
    {"models": [{"name": "Post", "fields": {}}]},
    with_models(a="text"),
    with_models(a=3),
    with_models(a=f"enum({'a' * 4995})"),
    with_models(**{f"a{n}": "int" for n in range(101)}),
    {"endpoints": [GOOD | {"tags": ["a" * 61]}]},
    {"endpoints": [GOOD | {"tags": ["a", "a"]}]},
    {"endpoints": [GOOD | {"query": {"strict": 1}}]},
    {"endpoints": [GOOD | {"method": "POST", "body": "post"}]},
]


@pytest.mark.parametrize(
    ("data", "good"), [*((d, True) for d in MODELS), *((d, False) for d in NO_MODELS)]
)
def test_models_fit_where_the_command_accepts_them(
    data: dict[str, Any], good: bool, answers: Draft202012Validator
) -> None:
    assert answers.is_valid(data) == good
    try:
        check(data)
    except InvalidSpec:
        assert not good
    else:
        assert good

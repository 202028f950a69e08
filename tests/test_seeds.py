"""`docs/seeds.md` maps every statement of the seeds to something that exists."""

import inspect
import re
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import Response

from scaffold.catalogue.patterns import template_root
from tests.notation import CATALOGUE, CHECKOUT, plain, spans, tables, wrong

SEEDS = {
    'FastAPI\'s "Response Cookies" page, with its example': 14,
    'FastAPI\'s "Response Cookies" page, without its example': 13,
    "The reference of the Response class": 42,
    "A tutorial chapter on headers, cookies and custom responses": 54,
    'FastAPI\'s "Response Headers" page': 11,
}
"""The titles of the tables, and how many statements each seed makes."""

FROM_SEEDS = {
    *("json-model", "json-direct", "json-custom-class", "html", "plain-text", "redirect", "file"),
    *("csv", "csv-stream", "download-bytes", "empty"),
    *("header-set", "cache-control", "content-language", "server-timing"),
    *("cookie-set", "cookie-delete", "cookie-session-host-prefix", "cookie-read-param"),
    *("status-fixed", "status-dynamic", "status-no-content"),
    *("cors", "security-headers"),
}
"""The patterns that the seeds led to; later ones need no row."""


@dataclass(frozen=True)
class Row:
    """One statement: its code spans, and what it becomes."""

    seed: str
    statement: str
    code: tuple[str, ...]
    becomes: tuple[str, ...]
    between: str


def read(text: str) -> list[Row]:
    """Return the rows of all seeds."""
    return [
        Row(
            seed,
            plain(cells[0]),
            spans(cells[0]),
            spans(cells[1]),
            "".join(part.content for part in cells[1].children or () if part.type == "text"),
        )
        for seed, rows in tables(text)
        if seed in SEEDS
        for cells in rows
    ]


DOCUMENT = (CHECKOUT / "docs" / "seeds.md").read_text(encoding="utf-8")
TABLES = list(tables(DOCUMENT))
ROWS = read(DOCUMENT)


def test_every_seed_has_a_table() -> None:
    """With as many statements as it makes."""
    assert {seed: len(rows) for seed, rows in TABLES if seed in SEEDS} == SEEDS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.statement[:50])
def test_row_names_what_exists(row: Row) -> None:
    """At least one thing, in the notation and nothing else."""
    assert row.becomes
    assert row.between.strip(", ") == ""
    assert [problem for problem in map(wrong, row.becomes) if problem] == []


def test_every_pattern_comes_from_a_seed() -> None:
    """No pattern of the first release is there without a statement."""
    named = {target.partition(".")[0] for row in ROWS for target in row.becomes}
    assert FROM_SEEDS - named == set()
    assert CATALOGUE.patterns.keys() >= FROM_SEEDS


def test_every_option_of_a_cookie_comes_from_a_seed() -> None:
    """Set and deleted with each parameter."""
    named = {target for row in ROWS for target in row.becomes}
    for pattern_id in ("cookie-set", "cookie-delete"):
        options = CATALOGUE.patterns[pattern_id].options
        assert {f"{pattern_id}.{option}" for option in options} <= named


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("Response", Response.__init__),
        ("set_cookie", Response.set_cookie),
        ("delete_cookie", Response.delete_cookie),
    ],
)
def test_every_parameter_has_a_row(name: str, function: Any) -> None:
    """Also one that a newer Starlette brings."""
    documented = {
        code
        for seed, rows in TABLES
        if seed in ("The reference of the Response class", "Later")
        for cells in rows
        for code in spans(cells[0])
    }
    parameters = [parameter for parameter in inspect.signature(function).parameters][1:]
    assert {f"{name}({parameter})" for parameter in parameters} <= documented


def test_notation_is_explained_by_what_exists() -> None:
    """The first table holds an example of each kind of target."""
    examples = [spans(cells[0])[0] for cells in TABLES[0][1]]
    assert [wrong(example) for example in examples] == [None] * len(examples)
    kinds = {target.partition(": ")[0] for row in ROWS for target in row.becomes if ": " in target}
    assert kinds == {example.partition(": ")[0] for example in examples if ": " in example}


@pytest.mark.parametrize(
    "target",
    [
        "json-modell",
        "json-model.charset",
        "refusal: json-modell (model=A)",
        "refusal: cache-control",
        "refusal: cache-control (directives=public)",
        "refusal: cache-control (directives=private, endpoint.sets_cookie=true)",
        "refusal: cache-control (directive=public, endpoint.sets_cookie=true)",
        "refusal: cookie-set (name=session, httponly=true)",
        "via: middleware",
        "check: cookies_twice",
        "toolkit: cookie",
        "toolkit: __init__",
        "question: _exclude",
        "question: endpoint",
        "test: tests/test_seeds.py",
        "test: tests/test_seeds.py::test_nothing",
        "test: tests/test_nothing.py::test_nothing",
        "pattern: json-model",
    ],
)
def test_what_does_not_exist_is_found(target: str) -> None:
    """Each kind of target can be wrong."""
    assert wrong(target) is not None


def test_responses_are_imported_from_fastapi() -> None:
    """Stubs and toolkit take response classes from FastAPI, and none that it deprecates."""
    template = template_root()
    sources = [*template.glob("template/app/**/*.py"), *template.glob("patterns/**/*.jinja")]
    for source in [*sources, *template.glob("patterns/*/*/pattern.yml")]:
        text = source.read_text(encoding="utf-8")
        assert not re.search(r"starlette\.responses|ORJSONResponse|UJSONResponse", text), source

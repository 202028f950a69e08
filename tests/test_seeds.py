"""`docs/seeds.md` maps every statement of the seeds to something that exists."""

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi import Response
from markdown_it import MarkdownIt
from markdown_it.token import Token

from scaffold.catalogue import load, template_root
from scaffold.conditions import FACT_PREFIX, holds

CHECKOUT = Path(__file__).parents[1]
CATALOGUE = load()
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


def tables(text: str) -> Iterator[tuple[str, list[list[Token]]]]:
    """Yield the rows of every table, as inline tokens of cells, under the heading before it."""
    heading, row = "", list[Token]()
    rows: list[list[Token]] = []
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    for before, token in pairwise(tokens):
        if before.type == "heading_open":
            heading = plain(token)
        elif before.type == "td_open":
            row.append(token)
        elif token.type == "tr_close" and row:
            rows.append(row)
            row = []
        elif token.type == "table_close":
            yield heading, rows
            rows = []


def plain(cell: Token) -> str:
    """Return the text of a cell or heading, without its markup."""
    return "".join(part.content or " " for part in cell.children or ())


def spans(cell: Token) -> tuple[str, ...]:
    """Return the code spans of a cell."""
    return tuple(part.content for part in cell.children or () if part.type == "code_inline")


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


def wrong(target: str) -> str | None:
    """Return why a target of a row does not exist, or None when it does."""
    kind, colon, name = target.partition(": ")
    if not colon:
        pattern_id, _, option = target.partition(".")
        pattern = CATALOGUE.patterns.get(pattern_id)
        if pattern is None:
            return f"no pattern {pattern_id}"
        return f"no option {target}" if option and option not in pattern.options else None
    if kind == "refusal":
        return wrong_refusal(name)
    known = {
        "via": lambda: name in CATALOGUE.vocabulary.vias,
        "check": lambda: name in CATALOGUE.vocabulary.messages,
        "toolkit": lambda: has_toolkit_module(name),
        "question": lambda: name in yaml.safe_load(questions()) and not name.startswith("_"),
        "test": lambda: has_test(*name.split("::")),
    }
    return None if kind in known and known[kind]() else f"no {kind} {name}"


def wrong_refusal(name: str) -> str | None:
    """Return why `pattern (key=value, ...)` is no refusal: some rule must refuse just that."""
    match = re.fullmatch(r"([a-z-]+) \((.+)\)", name)
    pattern = CATALOGUE.patterns.get(match[1]) if match else None
    if match is None or pattern is None:
        return f"no pattern in {name!r}"
    pairs = (pair.partition("=") for pair in re.split(r", (?=[a-z_.]+=)", match[2]))
    given = {key: scalar(value) for key, _, value in pairs}
    facts = {
        key.removeprefix(FACT_PREFIX): value
        for key, value in given.items()
        if key.startswith(FACT_PREFIX)
    }
    options = {key: value for key, value in given.items() if not key.startswith(FACT_PREFIX)}
    if unknown := options.keys() - pattern.options.keys():
        return f"no option {unknown} of {pattern.id}"
    for rule in pattern.refusals:
        assert isinstance(rule.when, dict)
        if rule.when.keys() == given.keys() and holds(rule.when, options, facts):
            return None
    return f"{pattern.id} does not refuse {given}"


def scalar(value: str) -> Any:
    """Return a value as YAML would: true, false, or text."""
    return {"true": True, "false": False}.get(value, value)


def questions() -> str:
    """Return `copier.yml` without its tags."""
    return (template_root() / "copier.yml").read_text(encoding="utf-8").replace("!include", "")


def has_toolkit_module(name: str) -> bool:
    """Say whether generated projects can hold the module, and its test."""
    template = template_root() / "template"
    files = (f"app/http/{name}.py", f"tests/http/test_{name}.py")
    return all((template / file).is_file() for file in files)


def has_test(path: str, name: str = "") -> bool:
    """Say whether a test module of this repository or of the template holds the test."""
    file = CHECKOUT / path
    return file.is_file() and f"\ndef {name}(" in file.read_text(encoding="utf-8")


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

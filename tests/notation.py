"""The notation of the documents that map statements to what exists, and whether it does.

`docs/seeds.md` explains it; `file:` is a file of the template.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from scaffold.catalogue.patterns import load, template_root
from scaffold.template.macros import Macros

CHECKOUT = Path(__file__).parents[1]
CATALOGUE = load()
FACT_PREFIX = "endpoint."


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
        "check": lambda: name in CATALOGUE.data["vocabulary"]["messages"],
        "toolkit": lambda: has_toolkit_module(name),
        "question": lambda: name in yaml.safe_load(questions()) and not name.startswith("_"),
        "file": lambda: (template_root() / "template" / name).is_file(),
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
    holds = Macros(CATALOGUE).conditions.holds
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

"""Each refusal of the catalogue refuses something: an endpoint that is found, or that is listed."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

import pytest

from scaffold.catalogue.patterns import Pattern, Refusal, load
from scaffold.spec.lines import parse_line
from tests.composition import COMBINATIONS
from tests.conftest import HOSTILE_SPECS, command_says
from tests.generated import matrix

Answers = dict[str, Any]

PATTERNS = load().patterns.values()
REFUSALS = [(pattern, rule) for pattern in PATTERNS for rule in pattern.refusals]
BODY = {"body": {"title": "str"}}
PATHS = ("/a/{key:int}", "/a/{key:path}")


@pytest.fixture(scope="module")
def listed() -> str:
    """Return what is said about the specs that somebody has written down."""
    found = [row["error"] for row in HOSTILE_SPECS]
    for row in COMBINATIONS:
        around = {"application": row["application"]} if "application" in row else {}
        lines = row.get("refused", ())
        found += [command_says({**around, "endpoints": [parse_line(f"{it} as a")]}) for it in lines]
    return "\n".join(found)


@pytest.mark.parametrize(
    ("pattern", "rule"),
    REFUSALS,
    ids=[f"{pattern.id}-{pattern.refusals.index(rule)}" for pattern, rule in REFUSALS],
)
def test_refusal_refuses(pattern: Pattern, rule: Refusal, listed: str) -> None:
    reason = f"{rule.because}; {rule.instead}"
    shown = reason in listed
    assert shown or any(
        command_says(answers).endswith(reason) for answers in tried(pattern, rule)
    ), (
        f"patterns/{pattern.family}/{pattern.id}/pattern.yml: refuse: when {rule.when}: "
        "nothing is refused by it; show an endpoint in tests/hostile_specs.yml"
    )


def tried(pattern: Pattern, rule: Refusal) -> Iterator[Answers]:
    """Yield answers with other values of the options that the condition asks for."""
    when = rule.when if isinstance(rule.when, dict) else {}
    names = [name for name in when if name in pattern.options]
    for values in product(*(candidates(pattern, name, when[name]) for name in names)):
        given = dict(zip(names, values, strict=True))
        for beside in ({}, *(matrix.beside(pattern, name) for name in names)):
            yield from around(pattern, {"pattern": pattern.id, **beside, **given})


def candidates(pattern: Pattern, name: str, wanted: Any) -> list[Any]:
    """Return values of an option, first those that a condition names, or may mean."""
    option = pattern.options[name]
    named = wanted if isinstance(wanted, list) else [wanted]
    empty: list[Any] = [[]] if option.type == "strings" else []
    others = [*option.choices, option.default, matrix.other_value(pattern, name)]
    return [
        value
        for value in [*empty, *named, *others]
        if not isinstance(value, dict) or option.type == "fields"
    ]


def around(pattern: Pattern, entry: Mapping[str, Any]) -> Iterator[Answers]:
    """Yield endpoints with an entry, one of which is as the condition wants it."""
    if pattern.family == "app":
        yield {"application": [entry]}
        return
    for method, more in product(load().vocabulary.methods, company()):
        application = more.get("application", [])
        example = {"response": "json-model", **pattern.example, "name": "a", "path": "/a"}
        spec = {**example, "method": method, **more}
        spec.pop("application", None)
        place = {"response": "response", "status": "status"}.get(pattern.family)
        if place:
            spec[place] = entry
        else:
            place = load().vocabulary.places[pattern.family]
            spec[place] = [*spec.get(place, []), entry]
        yield {"application": application, "endpoints": [spec]}


def company() -> Iterable[Mapping[str, Any]]:
    """Yield what may stand around an entry, one thing at a time."""
    first: list[Mapping[str, Any]] = [{}, BODY]
    yield from (*first, *({"path": path} for path in PATHS))
    yield from ({"response": it.id} for it in PATTERNS if it.family == "response")
    yield from ({"status": it.id} for it in PATTERNS if it.family == "status")
    for it in PATTERNS:
        if it.family == "status":
            for option in it.options:
                yield {"status": {"pattern": it.id, option: matrix.other_value(it, option)}}
    yield from ({"application": [it.id]} for it in PATTERNS if it.family == "app")
    for it in PATTERNS:
        if it.family in ("header", "cookie"):
            place = load().vocabulary.places[it.family]
            for entry in matrix.entries(it):
                if entry.pop("via") == "parameter":
                    yield {place: [entry]}

"""`docs/composition.md`: which patterns go together, made from the rules of the catalogue.

`python3 tasks.py record` writes it, `tests/test_composition.py` holds it to the rules.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, product
from pathlib import Path
from typing import Any

import yaml

from scaffold.catalogue.patterns import Catalogue, Pattern, Refusal, load
from scaffold.system.yaml_files import read_yaml
from tests.generated import matrix

Row = Mapping[str, Any]

DOCUMENT = Path(__file__).parents[1] / "docs" / "composition.md"
COMBINATIONS: list[Row] = read_yaml(Path(__file__).parent / "composition.yml")
HEAD = """\
# Which patterns go together

Made from the rules of the catalogue by `python3 tasks.py record`; a test compares. What cannot
reach the wire, or cannot be right, is refused when the endpoint is read, by the command and by
plain Copier alike, with the reason and what to use instead.
"""


def page(*, each: int = 1) -> str:
    """Return the document, with one of so many rows of the table that takes long."""
    catalogue = load()
    parts = (ways(catalogue), fits(catalogue, each), refusals(catalogue), known())
    return "\n".join([HEAD, *chain(*parts)])


def table(*columns: str, rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Yield a table, and an empty line after it."""
    yield f"| {' | '.join(columns)} |"
    yield f"| {' | '.join('---' for _ in columns)} |"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""


def ways(catalogue: Catalogue) -> Iterator[str]:
    """Yield how headers and cookies get onto an answer of each form."""
    words = catalogue.vocabulary
    yield "## Ways, by the form of the response\n"
    yield "The first is the default. What is read from a request can also come by parameter.\n"
    rows = ((form, " or ".join(vias), words.dropped[form]) for form, vias in words.forms.items())
    yield from table("form", "via", "any other way is refused, because", rows=rows)


def fits(catalogue: Catalogue, each: int) -> Iterator[str]:
    """Yield which header, cookie and status patterns go with which responses, and how."""
    yield "## Headers, cookies and statuses, by the form of the response\n"
    yield (
        "By which ways a pattern goes with at least one response of the form. The last column\n"
        "names the responses with which it never goes.\n"
    )
    forms = list(catalogue.vocabulary.forms)
    families = (catalogue.family(family) for family in ("header", "cookie", "status"))
    rows = (fitting(pattern, forms, catalogue) for pattern in [*chain(*families)][::each])
    yield from table("pattern", *forms, "not with", rows=rows)


def fitting(pattern: Pattern, forms: list[str], catalogue: Catalogue) -> Iterator[str]:
    """Yield the cells of one pattern."""
    responses = catalogue.family("response")
    found = {response.id: vias_that_fit(pattern, response) for response in responses}
    yield f"`{pattern.id}`"
    for form in forms:
        used = {via for it in responses if it.form == form for via in found[it.id]}
        yield ", ".join(via for via in (*load().vocabulary.vias, "yes") if via in used) or "no"
    yield ", ".join(f"`{response}`" for response, vias in found.items() if not vias)


def vias_that_fit(pattern: Pattern, response: Pattern) -> set[str]:
    """Return the ways in which a pattern goes with a response, or "yes" for a status."""
    if pattern.family == "status":
        return {"yes"} if any(map(matrix.is_valid, with_status(pattern, response))) else set()
    place = f"{pattern.family}s"
    return {
        entry["via"]
        for entry in matrix.entries(pattern)
        if any(
            matrix.is_valid(matrix.endpoint("a", answer, method, **more, **{place: [entry]}))
            for answer, (method, more) in product(matrix.answers(response.id), matrix.REQUESTS)
        )
    }


def with_status(pattern: Pattern, response: Pattern) -> Iterator[dict[str, Any]]:
    """Yield endpoints of each method, with and without a body."""
    for method in load().vocabulary.methods:
        bodies = (
            [{}, {"body": {"title": "str"}}] if method in load().vocabulary.body_methods else [{}]
        )
        for body in bodies:
            spec = matrix.endpoint("a", response.id, method)
            yield {**spec, **body, "status": pattern.id}


def refusals(catalogue: Catalogue) -> Iterator[str]:
    """Yield every refusal of the catalogue, with its reason."""
    yield "## Refusals\n"
    yield (
        "A refusal holds when all of its conditions hold: on options of the pattern, and on facts\n"
        "of the endpoint.\n"
    )
    rows = (
        (f"`{pattern.id}`", f"`{condition(rule.when)}`", rule.because, instead(rule))
        for pattern in catalogue.patterns.values()
        for rule in pattern.refusals
    )
    yield from table("pattern", "when", "because", "instead", rows=rows)


def instead(rule: Refusal) -> str:
    """Return what to do instead, and whether a project may go on as it is."""
    return rule.instead + ("; a project that has it keeps it" if rule.discouraged else "")


def condition(when: Any) -> str:
    """Return a condition as it stands in `pattern.yml`, on one line."""
    text: str = yaml.safe_dump(when, default_flow_style=True, width=10_000, sort_keys=False)
    return text.strip().removesuffix("\n...")


def known() -> Iterator[str]:
    """Yield the combinations that are known to go wrong, and what happens to each."""
    yield "## Combinations that go wrong elsewhere\n"
    yield (
        "What is refused never gets into a project. What is adapted is accepted, and generated in\n"
        "the form that works. What is impossible has no way to be said. What is not prevented is\n"
        "left to whoever writes or runs the project.\n"
    )
    yield "These are never right, and yet not refused as such:\n"
    yield from (f"- {row['what']} ({verdict(row)})" for row in COMBINATIONS if is_not_refused(row))
    yield ""
    rows = (
        (row["what"], verdict(row), row.get("how") or row["says"])
        for row in COMBINATIONS
        if is_here(row)
    )
    yield from table("combination", "is", "how, or why", rows=rows)


def verdict(row: Row) -> str:
    """Return what happens to a combination."""
    if "refused" in row or "refused_application" in row:
        return "refused"
    if "is" in row:
        return str(row["is"])
    return "adapted" if "line" in row else "impossible"


def is_not_refused(row: Row) -> bool:
    """Say whether a combination is here, never right, and still not refused."""
    return is_here(row) and row.get("invalid", False)


def is_here(row: Row) -> bool:
    """Say whether the patterns of a combination are in the catalogue."""
    return load().patterns.keys() >= set(row.get("needs", ()))


def main() -> int:
    """Write the document."""
    DOCUMENT.write_text(page(), encoding="utf-8", newline="\n")
    print(f"docs/{DOCUMENT.name} is written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

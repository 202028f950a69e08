"""`docs/coverage.md` says what became of each way to answer, and names only what exists."""

import re

import pytest

from scaffold.catalogue.patterns import load
from tests.notation import CHECKOUT, plain, spans, tables, wrong

WAYS = {"Cookies": 19, "Headers": 28, "Bodies": 28, "Statuses": 9, "Across all patterns": 8}
"""The tables, and how many ways each has."""

DOCUMENT = (CHECKOUT / "docs" / "coverage.md").read_text(encoding="utf-8")
ROWS = {plain(cells[0]): cells for heading, rows in tables(DOCUMENT) for cells in rows}
RELEASE = "0.2.0"
"""The release up to which the list led to patterns; later ones need no row."""
ADDED = {"state-store"}
"""Patterns up to then that no way of the list led to."""


def test_every_way_has_a_row() -> None:
    """Each once, in the table of its kind."""
    assert {heading: len(rows) for heading, rows in tables(DOCUMENT)} == WAYS
    assert len(ROWS) == sum(WAYS.values()) == 92


@pytest.mark.parametrize("way", ROWS)
def test_row_names_what_exists(way: str) -> None:
    """Something that exists, or the reason why there is nothing."""
    assert re.fullmatch(r"(cookie|header|response|status|cross)-[a-z-]+", way)
    _, target, remark = ROWS[way]
    assert spans(target) or plain(remark).startswith("Not offered: ")
    assert [problem for problem in map(wrong, spans(target)) if problem] == []


def released() -> set[str]:
    """Return the patterns that projects of the release use: its presets show every one."""
    golden = CHECKOUT / "tests" / "golden" / RELEASE
    text = "\n".join(path.read_text(encoding="utf-8") for path in golden.glob("*.yml"))
    return {name for name in load().patterns if re.search(rf"[ :]{name}$", text, re.MULTILINE)}


def test_every_pattern_has_a_row() -> None:
    """No pattern of that release is there for nothing."""
    named = {name for cells in ROWS.values() for name in spans(cells[1])}
    assert len(released()) > 70
    assert released() - {name.partition(".")[0] for name in named} == ADDED

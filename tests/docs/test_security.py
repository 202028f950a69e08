"""The page on the security of the command names tests that exist."""

import re

import pytest

from tests.conftest import ROOT
from tests.notation import spans, tables

PAGE = ROOT / "docs" / "security.md"
NAMED = sorted(set(re.findall(r"`(test_\w+)`", PAGE.read_text(encoding="utf-8"))))
MODULES = [
    *(path for room in ("life", "checker") for path in ROOT.glob(f"tests/{room}/test_*.py")),
    ROOT / "tests" / "test_jinja.py",
]
TESTS = "\n".join(path.read_text(encoding="utf-8") for path in MODULES)


@pytest.mark.parametrize("name", NAMED)
def test_it_names_tests_that_exist(name: str) -> None:
    assert f"\ndef {name}(" in TESTS


def test_every_danger_has_a_test() -> None:
    [rows] = [
        rows
        for title, rows in tables(PAGE.read_text(encoding="utf-8"))
        if title == "What is read, and what a hostile one can do"
    ]
    assert len(rows) > 20
    assert all(span.startswith("test_") for row in rows for span in spans(row[-1]))
    assert all(spans(row[-1]) for row in rows)

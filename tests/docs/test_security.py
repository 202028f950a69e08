"""The page on security names tests that exist, and one for each threat."""

import re

import pytest

from tests.conftest import ROOT
from tests.notation import spans, tables

PAGE = ROOT / "docs" / "security.md"
NAMED = sorted(set(re.findall(r"`(test_\w+)`", PAGE.read_text(encoding="utf-8"))))
MODULES = [
    *(path for room in ("life", "checker") for path in ROOT.glob(f"tests/{room}/test_*.py")),
    *(ROOT / "tests" / name for name in ("test_jinja.py", "test_kept_parts.py")),
    *(
        path
        for room in ("template/tests/http", "tests/generated")
        for path in ROOT.glob(f"{room}/test_*.py")
    ),
]
TESTS = "\n".join(path.read_text(encoding="utf-8") for path in MODULES)


@pytest.mark.parametrize("name", NAMED)
def test_it_names_tests_that_exist(name: str) -> None:
    assert re.search(rf"^(async )?def {name}\(", TESTS, re.MULTILINE)


@pytest.mark.parametrize(
    "heading",
    ["What is read, and what a hostile one can do", "What generated code defends against"],
)
def test_every_danger_has_a_test(heading: str) -> None:
    [rows] = [rows for title, rows in tables(PAGE.read_text(encoding="utf-8")) if title == heading]
    assert len(rows) > 20
    assert all(span.startswith("test_") for row in rows for span in spans(row[-1]))
    assert all(spans(row[-1]) for row in rows)

"""Rules find what their pages say, where they say it, and nothing else."""

from pathlib import Path

import pytest

from scaffold.checker.facts import Rule
from scaffold.checker.files import EXCLUDED
from scaffold.checker.rules import RULES, page_of
from scaffold.checker.run import check
from tests.checker.pages import Example, examples

EXAMPLES = list(examples())
DEFAULT = [rule for rule in RULES if rule.default]


def found_in(folder: Path, rules: list[Rule]) -> set[tuple[str, int, str]]:
    """Return the files, lines and codes of what is found."""
    checked = check([folder], rules, EXCLUDED)
    assert not checked.unreadable
    return {
        (Path(each.path).relative_to(folder).as_posix(), each.start.line, each.code)
        for each in checked.findings
    }


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_what_is_marked_is_found_and_nothing_else(example: Example, tmp_path: Path) -> None:
    example.write(tmp_path)
    rules = DEFAULT if example.rule.default else [*DEFAULT, example.rule]
    assert found_in(tmp_path, rules) == example.marked()
    assert bool(example.marked()) is example.found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_each_rule_is_needed(rule: Rule, tmp_path: Path) -> None:
    """Without the rule its examples are not found, so those tests can fail."""
    own = [each for each in EXAMPLES if each.rule is rule]
    assert {each.found for each in own} == {True, False}
    example = next(each for each in own if each.found)
    example.write(tmp_path)
    others = [each for each in RULES if each is not rule]
    assert example.marked() - found_in(tmp_path, others)


def test_rules_are_described() -> None:
    assert [rule.code for rule in RULES] == sorted({rule.code for rule in RULES})
    for rule in RULES:
        page = page_of(rule).read_text(encoding="utf-8")
        assert page.startswith(f"# {rule.code} {rule.name}\n")
        assert page.count("\n## ") == 3

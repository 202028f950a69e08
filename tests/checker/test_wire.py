"""The pages of the rules show what a server sends."""

import pytest

from scaffold.checker.facts import Rule
from scaffold.checker.rules import RULES
from tests.checker.wire import recorded, wire_of


@pytest.mark.full
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_what_is_shown_is_sent(rule: Rule) -> None:
    try:
        sent = recorded(rule)
    except ImportError as error:
        pytest.skip(str(error))
    assert wire_of(rule) == sent, "run `python -m tests.checker.wire`"

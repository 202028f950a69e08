"""Conditions of the catalogue, such as `{directives: {matches: public}, endpoint.form: stream}`.

Every key must hold. A key is an option of the entry, or `endpoint.` and a fact of its endpoint. A
value holds when it is equal, is in the list, `matches` the regular expression, comes `before` the
value of another option, is `among` the words of a fact, is a path
`above` that of a fact, or does `not` hold.
"""

import re
from collections.abc import Mapping
from typing import Any

from scaffold.catalogue import Condition

FACT_PREFIX = "endpoint."


def holds(when: Condition, options: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    """Say whether a condition holds.

    Args:
        when: the condition; `{}` and True always hold, False never does.
        options: every option of the entry, defaults filled in.
        facts: what is known about the endpoint, by names without the prefix.
    """
    if isinstance(when, bool):
        return when
    return all(
        _matches(_value(key, options, facts), wanted, options, facts)
        for key, wanted in when.items()
    )


def _value(key: str, options: Mapping[str, Any], facts: Mapping[str, Any]) -> Any:
    if key.startswith(FACT_PREFIX):
        return facts.get(key.removeprefix(FACT_PREFIX))
    return options.get(key)


def _matches(value: Any, wanted: Any, options: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    if isinstance(wanted, list):
        return value in wanted
    if not isinstance(wanted, dict):
        return bool(value == wanted)
    if "not" in wanted:
        return not _matches(value, wanted["not"], options, facts)
    if "among" in wanted:
        return value in _value(wanted["among"], options, facts).split()
    if "above" in wanted:
        path = _value(wanted["above"], options, facts)
        return bool(path == value or path.startswith(value.rstrip("/") + "/"))
    if "before" in wanted:
        return bool(value < options[wanted["before"]])
    return value is not None and re.search(wanted["matches"], str(value)) is not None

"""Checks of the values of options, one function for each type that `pattern.yml` may declare.

Every check raises `InvalidSpec` for a value that does not fit. The types that are text of one shape
share one check; the vocabulary holds the shapes.
"""

import re
from collections.abc import Callable
from typing import Any

from scaffold.catalogue import Option, Vocabulary
from scaffold.names import CONTROL, check_fields, quoted

Check = Callable[[Any, Option, str, Vocabulary], None]


def check_option(value: Any, option: Option, field: str, words: Vocabulary) -> None:
    """Check the value that a spec gives to an option.

    Args:
        value: whatever the spec holds.
        option: the option that it is for.
        field: where the value stands.
        words: the vocabulary.

    Raises:
        InvalidSpec: the value does not fit.
    """
    if value is None and option.default is None:
        return
    CHECKS.get(option.type, _check_shape)(value, option, field, words)


def _str(value: Any, option: Option, field: str, words: Vocabulary) -> None:
    _check_text(value, option, field, words)
    _check_choice(value, option, field, words)
    if option.matches and not re.fullmatch(option.matches, value):
        raise words.mistake("value", field=field, given=quoted(value), valid=option.valid)


def _check_choice(value: Any, option: Option, field: str, words: Vocabulary) -> None:
    if option.choices and value not in option.choices:
        valid = ", ".join(map(str, option.choices))
        raise words.mistake("choice", field=field, given=quoted(value), valid=valid)


def _text(value: Any, option: Option, field: str, words: Vocabulary) -> None:
    _check_text(value, option, field, words)
    _check_shape(value, option, field, words)


def _strings(value: Any, option: Option, field: str, words: Vocabulary) -> None:
    if not isinstance(value, list):
        raise words.mistake("type", field=field, expected="a list", help=option.help)
    for index, item in enumerate(value):
        _str(item, option, f"{field}[{index}]", words)


def _check_text(value: Any, option: Option, field: str, words: Vocabulary) -> None:
    if not isinstance(value, str):
        raise words.mistake("type", field=field, expected="text", help=option.help)
    _refuse_control(value, field, words)


def _refuse_control(value: Any, field: str, words: Vocabulary) -> None:
    if isinstance(value, str) and CONTROL.search(value):
        raise words.mistake("control", field=field)


def _bool(value: Any, option: Option, field: str, words: Vocabulary) -> None:
    if not isinstance(value, bool):
        raise words.mistake("type", field=field, expected="true or false", help=option.help)


def _int(value: Any, option: Option, field: str, words: Vocabulary) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise words.mistake("type", field=field, expected="a whole number", help=option.help)
    _check_choice(value, option, field, words)
    too_small = option.minimum is not None and value < option.minimum
    too_large = option.maximum is not None and value > option.maximum
    if too_small or too_large:
        limits = {"minimum": option.minimum, "maximum": option.maximum}
        raise words.mistake("range", field=field, given=quoted(value), **limits)


def _fields(value: Any, option: Option, field: str, words: Vocabulary) -> None:
    check_fields(value, field, words)


def _columns(value: Any, option: Option, field: str, words: Vocabulary) -> None:
    if not isinstance(value, list) or not value:
        valid = words.shapes[option.type].valid
        raise words.mistake("value", field=field, given=quoted(value), valid=valid)
    for index, item in enumerate(value):
        _check_shape(item, option, f"{field}[{index}]", words)


def _check_shape(value: Any, option: Option, field: str, words: Vocabulary) -> None:
    """Check text of the shape that the vocabulary gives to the option's type."""
    _refuse_control(value, field, words)
    shape = words.shapes[option.type]
    fits = isinstance(value, str) and re.fullmatch(shape.matches, value) is not None
    if not fits or (option.type == "class_name" and value in words.module_names):
        raise words.mistake("value", field=field, given=quoted(value), valid=shape.valid)


CHECKS: dict[str, Check] = {
    "str": _str,
    "text": _text,
    "strings": _strings,
    "bool": _bool,
    "int": _int,
    "fields": _fields,
    "columns": _columns,
}
"""The check of each option type that is not just text of one shape."""

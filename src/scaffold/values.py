"""Checks of the values of options, one function for each type that `pattern.yml` may declare.

Every check raises `InvalidSpec` for a value that does not fit. The types that are text of one shape
share a check, made by `_fitting` from a test of the shape and the words for what would be valid.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from scaffold.catalogue import Option, Vocabulary
from scaffold.names import CONTROL, check_fields, quoted

LONGEST_TEXT = 200

_CLASS_NAME = re.compile(r"[A-Z][A-Za-z0-9]{0,59}")
_COLUMN = re.compile(r"[A-Za-z][A-Za-z0-9_ -]{0,39}")
_FILENAME = re.compile(r'[^/\\". ]([^/\\"]{0,98}[^/\\". ])?')
_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII)
_MEDIA_TYPE = re.compile(r"[a-z]+/[A-Za-z0-9.+-]+")
_URL = re.compile(r"(https?://[!-~]+|/(?!/)[!-~]*)")

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
    CHECKS[option.type](value, option, field, words)


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
    if len(value) > LONGEST_TEXT:
        valid = f"text of at most {LONGEST_TEXT} characters"
        raise words.mistake("value", field=field, given=quoted(value), valid=valid)


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
    valid = "a list of column names of letters, digits, spaces, _ and -"
    if not isinstance(value, list) or not value:
        raise words.mistake("value", field=field, given=quoted(value), valid=valid)
    for index, item in enumerate(value):
        _refuse_control(item, f"{field}[{index}]", words)
        if not (isinstance(item, str) and _COLUMN.fullmatch(item)):
            given = quoted(item)
            raise words.mistake("value", field=f"{field}[{index}]", given=given, valid=valid)


def _fitting(fits: Callable[[str, Vocabulary], bool], valid: str) -> Check:
    """Return the check of a type that is text of one certain shape."""

    def check(value: Any, option: Option, field: str, words: Vocabulary) -> None:
        _refuse_control(value, field, words)
        if not (isinstance(value, str) and fits(value, words)):
            raise words.mistake("value", field=field, given=quoted(value), valid=valid)

    return check


def _is_class_name(value: str, words: Vocabulary) -> bool:
    return _CLASS_NAME.fullmatch(value) is not None and value not in words.class_names


def _is_datetime(value: str, words: Vocabulary) -> bool:
    if not _DATETIME.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_url(value: str, words: Vocabulary) -> bool:
    return _URL.fullmatch(value) is not None and '"' not in value and "\\" not in value


CHECKS: dict[str, Check] = {
    "str": _str,
    "text": _text,
    "strings": _strings,
    "bool": _bool,
    "int": _int,
    "fields": _fields,
    "columns": _columns,
    "class_name": _fitting(
        _is_class_name, "a class name such as Post that the module does not use itself"
    ),
    "filename": _fitting(
        lambda value, words: _FILENAME.fullmatch(value) is not None,
        "a file name without slashes and quotes, such as export.csv",
    ),
    "datetime": _fitting(_is_datetime, "a quoted UTC time such as '2027-01-31T12:00:00Z'"),
    "media_type": _fitting(
        lambda value, words: _MEDIA_TYPE.fullmatch(value) is not None,
        "a media type such as application/json",
    ),
    "url": _fitting(_is_url, "a URL or a path starting with one slash"),
}
"""The check of each option type."""

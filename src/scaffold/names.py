"""Checks of what a spec names: endpoints, paths and their parameters, and model fields.

Each check raises `InvalidSpec` for the first mistake, in the words of the vocabulary. A value that
was not accepted yet is quoted in a message (`quoted`), one that was accepted is not.
"""

import json
import re
from typing import Any

from scaffold.catalogue import Vocabulary

LONGEST_GIVEN = 60
LONGEST_PATH = 200

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_SHORT_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_PATH = re.compile(r"(/([A-Za-z0-9._~-]|\{[^{}/]*\})*)+")
_PARAMETER = re.compile(r"\{([^{}]*)\}")
_FIELD_TYPE = re.compile(r"([a-z]+)( \| None)?")


def quoted(value: Any) -> str:
    """Return how a message shows a value that nobody has checked: as JSON, and cut short."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError):
        text = "this value"
    text = CONTROL.sub("?", text)
    return text if len(text) <= LONGEST_GIVEN else text[: LONGEST_GIVEN - 3] + "..."


def check_endpoint_name(value: Any, field: str, words: Vocabulary) -> None:
    """Check the name of an endpoint, which becomes a function and a module."""
    if not (isinstance(value, str) and _NAME.fullmatch(value)):
        raise words.mistake("name", field=field, given=quoted(value))
    if value in words.reserved:
        raise words.mistake("reserved", field=field, given=value)


def check_path(value: Any, field: str, words: Vocabulary) -> None:
    """Check a path and its parameters."""
    if not (isinstance(value, str) and _is_path(value)):
        raise words.mistake("path", field=field, given=quoted(value))
    seen: set[str] = set()
    for parameter in _PARAMETER.findall(value):
        name, colon, convertor = parameter.partition(":")
        if not _SHORT_NAME.fullmatch(name) or name in words.reserved_parameters:
            raise words.mistake("parameter", field=field, given=quoted(name))
        if name in seen:
            raise words.mistake("parameter_twice", field=field, given=name)
        seen.add(name)
        if colon and convertor not in words.convertors:
            raise words.mistake("convertor", field=field, given=quoted(convertor))
        if convertor == "path" and not value.endswith(f"/{{{parameter}}}"):
            raise words.mistake("path_last", field=field)


def _is_path(value: str) -> bool:
    if len(value) > LONGEST_PATH or not _PATH.fullmatch(value):
        return False
    if value == "/":
        return True
    return not any(segment in ("", ".", "..") for segment in value.split("/")[1:])


def without_parameters(path: str) -> str:
    """Return a path with nameless parameters: what decides whether two paths are the same."""
    return _PARAMETER.sub(lambda found: "{path}" if found[1].endswith(":path") else "{}", path)


def check_fields(value: Any, field: str, words: Vocabulary) -> None:
    """Check the fields of a model or of a request body."""
    if not isinstance(value, dict) or not value:
        raise words.mistake("fields", field=field)
    for name, field_type in value.items():
        if not _is_field_name(name, words):
            raise words.mistake("field_name", field=field, given=quoted(name))
        match = _FIELD_TYPE.fullmatch(field_type) if isinstance(field_type, str) else None
        if match is None or match[1] not in words.field_types:
            raise words.mistake("field_type", field=f"{field}.{name}", given=quoted(field_type))


def _is_field_name(name: Any, words: Vocabulary) -> bool:
    return (
        isinstance(name, str)
        and _SHORT_NAME.fullmatch(name) is not None
        and name not in words.keywords
        and name not in words.field_names
        and not name.startswith("model_")
    )


def parameter_names(path: str) -> list[str]:
    """Return the names of a path's parameters."""
    return [parameter.partition(":")[0] for parameter in _PARAMETER.findall(path)]


def body_class(name: str) -> str:
    """Return the class of the request's body in the module of an endpoint."""
    return "".join(part.capitalize() for part in name.split("_")) + "Body"


def slug(name: str, words: Vocabulary) -> str:
    """Return a cookie's or header's name as a word of Python: also its module in `app/cookies/`."""
    bare = re.sub(r"^__(host|secure)-", "", name.lower())
    word = re.sub(r"[^a-z0-9]+", "_", bare).strip("_")
    if not word or word[0].isdigit():
        word = f"cookie_{word}"
    return f"{word}_" if word in words.keywords else word


def prefix(name: str, words: Vocabulary) -> str:
    """Return what tells the objects of a second session from those of the first."""
    word = slug(name, words)
    return "" if word == "session" else f"{word}_"

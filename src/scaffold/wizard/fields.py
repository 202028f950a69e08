"""The value of an option as the text of a form's field, and back."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from scaffold.catalogue.patterns import Option
from scaffold.system.yaml_files import TextLoader

NOTHING = "not set"
"""How a choice says that an option is left out."""

_TOKEN = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|.", re.DOTALL)
_MODEL = re.compile(r"(list\[\s*)?([A-Z]|[a-z_][a-z0-9_.]*:[A-Z])")
_LISTS = ("strings", "columns")
_PLAIN_YAML = ",:#[]{}\"'&*!|>%@`-? "


def choices(option: Option) -> tuple[str, ...]:
    """Return the only texts that fit an option, if there are only few."""
    absent = (NOTHING,) if option.default is None else ()
    if option.type == "bool":
        return ("yes", "no", *absent)
    single = option.choices and option.type not in _LISTS
    return (*absent, *map(str, option.choices)) if single else ()


def shown(option: Option, value: Any) -> str:
    """Return a value as text."""
    if value is None:
        return NOTHING if choices(option) else ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_quoted, value))
    if isinstance(value, Mapping):
        return fields_text(value)
    return str(value)


def parsed(option: Option, text: str) -> Any:
    """Return the value that a text stands for; what cannot be read is returned as it is."""
    if option.default is None and text in ("", NOTHING):
        return None
    if option.type == "bool":
        return {"yes": True, "no": False}.get(text, text)
    if option.type == "int":
        return int(text) if text.lstrip("-").isdecimal() else text
    if option.type in _LISTS:
        return _flow(f"[{text}]", text)
    if option.type == "fields":
        return parsed_fields(text)
    return text


def fields_text(fields: Mapping[str, str]) -> str:
    """Return the fields of a model as text, such as `id: int, title: str | None`."""
    return ", ".join(f"{name}: {_type_text(type_)}" for name, type_ in fields.items())


def _type_text(type_: str | bool) -> str:
    """Return a type, or whether a query is strict."""
    return str(type_).lower() if isinstance(type_, bool) else type_


def parsed_fields(text: str) -> Any:
    """Return the fields that a text stands for; what cannot be read is returned as it is.

    Commas part them where they stand outside of brackets and quotes, so types are as in lines.
    """
    found: dict[str, str] = {}
    for part in _parts(text):
        name, colon, type_ = (each.strip() for each in part.partition(":"))
        if not colon or name in found:
            return text
        quoted = len(type_) > 1 and type_[0] == type_[-1] and type_[0] in "'\""
        found[name] = type_[1:-1] if quoted else type_
    return found


def requested_text(given: Any) -> str:
    """Return what a request carries as text: fields, or a model such as `list[Post]`."""
    return fields_text(given) if isinstance(given, Mapping) else given or ""


def parsed_requested(text: str, place: str) -> Any:
    """Return what a text says of the query or the body, which may be a model."""
    if place == "body" and _MODEL.match(text):
        return text
    given = parsed_fields(text)
    if isinstance(given, dict) and place == "query" and given.get("strict") in ("true", "false"):
        return {**given, "strict": given["strict"] == "true"}
    return given


def _parts(text: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for token in _TOKEN.finditer(text):
        depth += (token[0] in "([{") - (token[0] in ")]}")
        if token[0] == "," and depth == 0:
            parts.append(text[start : token.start()])
            start = token.end()
    return [*parts, text[start:]]


def _flow(text: str, otherwise: str) -> Any:
    """Read a YAML list or mapping in which every scalar is text."""
    try:
        return yaml.load(text, Loader=TextLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return otherwise


def _quoted(item: Any) -> str:
    """Return an item of a list, in quotes where YAML would read its signs."""
    text = str(item)
    plain = text and text[0] not in _PLAIN_YAML and not set(text) & set(",[]{}#'\"")
    plain = plain and ": " not in text and text == text.strip() and not text.endswith(":")
    return text if plain else "'" + text.replace("'", "''") + "'"

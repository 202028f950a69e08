"""The value of an option as the text of a form's field, and back."""

from collections.abc import Mapping
from typing import Any

import yaml

from scaffold.catalogue.patterns import Option
from scaffold.system.yaml_files import TextLoader

NOTHING = "not set"
"""How a choice says that an option is left out."""

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
    return ", ".join(f"{name}: {type_}" for name, type_ in fields.items())


def parsed_fields(text: str) -> Any:
    """Return the fields that a text stands for; what cannot be read is returned as it is."""
    return _flow(f"{{{text}}}", text)


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

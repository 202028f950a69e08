"""Mistakes in the words of who made them: by the line, or by the name of an endpoint or model."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from scaffold.errors import InvalidSpec
from scaffold.spec.lines import is_model, is_resource, quoted

Answers = Mapping[str, Any]


def named_by_lines(error: InvalidSpec, answers: Answers, lines: Sequence[str]) -> InvalidSpec:
    """Return a mistake in the words of the line that it is in, if it is in one.

    Args:
        error: the mistake.
        answers: what was read, in which the last models and endpoints come from lines.
        lines: these lines.
    """
    found = re.match(r"(models|endpoints)\[(\d+)\]", error.field)
    if found is None:
        return error
    about_models = found[1] == "models"
    mine = [line for line in lines if not is_resource(line) and is_model(line) == about_models]
    items = answers[found[1]]
    at = int(found[2]) - len(items)
    if at >= 0 or -at > len(mine):
        return error
    mistake = named_by_line(error, mine[at], {} if about_models else items[at])
    mistake.models = answers.get("models") or ()
    return mistake


def named_by_line(error: InvalidSpec, line: str, endpoint: Mapping[str, Any]) -> InvalidSpec:
    """Return a mistake in an endpoint or model in the words of the line that it was written as.

    Args:
        error: the mistake, in a field such as `endpoints[0].headers[1].directives`.
        line: what the user wrote.
        endpoint: what was read from it; nothing for a model.
    """
    inside = error.field.partition("].")[2]
    kind = "model" if is_model(line) else "endpoint"
    if kind == "model":
        inside = inside.removeprefix("fields.")
    place, _, option = inside.partition(".")
    key, _, index = place.rstrip("]").partition("[")
    entry = endpoint.get(key)
    entry = entry[int(index)] if index and isinstance(entry, list) else entry
    if key in ("response", "status", "headers", "cookies") and entry is not None:
        place = str(entry["pattern"] if isinstance(entry, Mapping) else entry)
    named = " ".join(part for part in (place, option) if part)
    where = ": ".join(part for part in (f"{kind} line {quoted(line)}", named) if part)
    mistake = InvalidSpec(error.field, error.reason, error.suggestion, where=where)
    mistake.line = None if kind == "model" else line
    return mistake


def named(error: InvalidSpec, answers: Answers) -> InvalidSpec:
    """Return a mistake with endpoints, models and resources by their names, not numbers."""
    where = error.field
    for kind in ("endpoint", "model", "resource"):
        found = item(error, answers, f"{kind}s")
        if found is not None:
            where = f"{kind} {found['name']}{where.partition(']')[2]}"
    return InvalidSpec(error.field, error.reason, error.suggestion, where=where)


def item(error: InvalidSpec, answers: Answers, name: str) -> Mapping[str, Any] | None:
    """Return the item of a list among the answers that a mistake is about."""
    for index, found in enumerate(answers.get(name) or ()):
        if error.field.startswith(f"{name}[{index}]"):
            return found if isinstance(found, Mapping) and "name" in found else None
    return None

"""What the command shows of the catalogue and of projects, as text and as JSON."""

import json
import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from scaffold.catalogue import FAMILIES, Catalogue, Option, Pattern, Refusal, Vocabulary
from scaffold.lines import endpoint_name, format_line

if TYPE_CHECKING:
    from scaffold.new import Created

WIDTH = 96

HEADINGS = {
    "response": "Responses: exactly one for each endpoint",
    "header": "Headers",
    "cookie": "Cookies",
    "status": "Statuses: at most one for each endpoint",
    "app": "Application: around all endpoints",
}


def to_json(value: Any) -> str:
    """Return a result as JSON for programs."""
    return json.dumps(value, indent=2, default=str, ensure_ascii=False)


def catalogue_page(catalogue: Catalogue) -> str:
    """Return the list of all patterns, by family."""
    width = max(len(pattern_id) for pattern_id in catalogue.patterns)
    blocks = []
    for family in FAMILIES:
        patterns = catalogue.family(family)
        rows = [f"  {pattern.id:{width}}  {pattern.summary}" for pattern in patterns]
        blocks.append("\n".join([HEADINGS[family], *rows]))
    return "\n\n".join([*blocks, "`scaffold patterns ID` shows one of them."])


def catalogue_data(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Return the list of all patterns as data."""
    keys = ("id", "family", "title", "summary", "standard")
    return [
        {key: getattr(pattern, key) for key in keys}
        for pattern in catalogue.patterns.values()
        if not pattern.unlisted
    ]


def pattern_page(pattern: Pattern, words: Vocabulary) -> str:
    """Return one pattern's page."""
    blocks = [f"{pattern.id}: {pattern.title}\n{_wrapped(pattern.summary)}"]
    facts = {"Family": pattern.family, "Standard": pattern.standard, "Form": pattern.form}
    facts |= {"Headers": ", ".join(pattern.sets), "Ways": _ways(pattern, words)}
    blocks.append("\n".join(f"{f'{name}:':10}{value}" for name, value in facts.items() if value))
    if pattern.options:
        blocks.append("\n".join(["Options", *_option_rows(pattern)]))
    if pattern.refusals:
        blocks.append("\n".join(["Refused", *map(_refusal, pattern.refusals)]))
    if pattern.family != "app":
        blocks.append(f"Example\n  {example(pattern)}")
    return "\n\n".join(blocks)


def pattern_data(pattern: Pattern, words: Vocabulary) -> dict[str, Any]:
    """Return one pattern as data."""
    return {
        "id": pattern.id,
        "family": pattern.family,
        "title": pattern.title,
        "summary": pattern.summary,
        "standard": pattern.standard,
        "form": pattern.form,
        "sets": list(pattern.sets),
        "via": _vias(pattern, words),
        "options": {name: _option_data(option) for name, option in pattern.options.items()},
        "refuse": [
            {
                "when": refusal.when,
                "option": refusal.option,
                "because": refusal.because,
                "instead": refusal.instead,
            }
            for refusal in pattern.refusals
        ],
        "example": example(pattern) if pattern.family != "app" else None,
    }


def example(pattern: Pattern) -> str:
    """Return an endpoint line that uses a pattern of any family but `app`."""
    return format_line(example_endpoint(pattern))


def example_endpoint(pattern: Pattern) -> dict[str, Any]:
    """Return an endpoint that shows a pattern; one of the family `app` stands around it."""
    endpoint: dict[str, Any] = {
        "method": "POST" if pattern.family == "status" else "GET",
        "path": f"/{pattern.id}",
        "response": "json-model",
    }
    if pattern.family in ("header", "cookie"):
        endpoint[f"{pattern.family}s"] = [_example_entry(pattern)]
    elif pattern.family != "app":
        endpoint[pattern.family] = _example_entry(pattern)
    endpoint |= pattern.example
    if "status-no-content" in (pattern.id, endpoint.get("status")) or pattern.id == "empty":
        endpoint |= {"method": "DELETE", "response": "empty", "status": "status-no-content"}
    return {"name": endpoint_name(endpoint["method"], endpoint["path"]), **endpoint}


def _example_entry(pattern: Pattern) -> Any:
    """Return an entry that shows the options which have a default of their own."""
    shown = {
        name: option.default
        for name, option in pattern.options.items()
        if option.default is not None and option.type not in ("bool", "fields", "strings")
    }
    return {"pattern": pattern.id, **shown} if shown else pattern.id


def _vias(pattern: Pattern, words: Vocabulary) -> list[str]:
    return list(words.vias) if pattern.family in ("header", "cookie") else []


def _ways(pattern: Pattern, words: Vocabulary) -> str:
    if pattern.form:
        return f"headers and cookies go via {' or '.join(words.forms[pattern.form])}"
    return " or ".join(_vias(pattern, words))


def _option_rows(pattern: Pattern) -> Iterator[str]:
    width = max(len(name) for name in pattern.options)
    for name, option in pattern.options.items():
        default = json.dumps(option.default, ensure_ascii=False)
        yield f"  {name:{width}}  {_type(option)}, default {default}"
        yield f"  {'':{width}}  {option.help}"


def _type(option: Option) -> str:
    if option.choices:
        return " | ".join(map(str, option.choices))
    if option.type == "int" and option.minimum is not None and option.maximum is not None:
        return f"{option.minimum} to {option.maximum}"
    return option.type.replace("_", " ")


def _option_data(option: Option) -> dict[str, Any]:
    keys = ("type", "default", "help", "choices", "minimum", "maximum", "matches", "valid")
    data = {key: getattr(option, key) for key in keys}
    return {
        key: value for key, value in data.items() if key == "default" or value not in (None, (), "")
    }


def _refusal(refusal: Refusal) -> str:
    subject = f"{refusal.option}: " if refusal.option else ""
    return _wrapped(f"- {subject}{refusal.because}; {refusal.instead}", indent="  ")


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent and f"{indent}  ",
        break_on_hyphens=False,
    )


def tree_page(created: "Created") -> str:
    """Return the files of a project as a tree, with their sizes."""
    rows = [f"{created.destination}/"]
    shown: set[str] = set()
    for path, size in created.files.items():
        *folders, name = path.split("/")
        for depth, folder in enumerate(folders):
            here = "/".join(folders[: depth + 1])
            if here not in shown:
                rows.append(f"{'  ' * (depth + 1)}{folder}/")
                shown.add(here)
        label = f"{'  ' * (len(folders) + 1)}{name}"
        rows.append(f"{label:<56} {size:>7,} bytes")
    total = sum(created.files.values())
    return "\n".join([*rows, f"{len(created.files)} files, {total:,} bytes; nothing was written"])


def created_data(created: "Created") -> Mapping[str, Any]:
    """Return what was made as data."""
    return {
        "destination": str(created.destination),
        "files": created.files,
        "origin": created.origin,
        "committed": created.committed,
        "synced": created.synced,
        "notes": created.notes,
    }

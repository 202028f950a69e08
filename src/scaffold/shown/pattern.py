"""The page of one pattern: what it does, when to use it, its code, its bytes, what goes wrong."""

import json
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from scaffold.catalogue.guides import guide, recording
from scaffold.catalogue.patterns import Option, Pattern, Refusal, Vocabulary
from scaffold.shown.pages import short_data
from scaffold.spec.lines import endpoint_name, format_line

if TYPE_CHECKING:
    from scaffold.shown import results

WIDTH = 96


def pattern_page(pattern: Pattern, words: Vocabulary) -> str:
    """Return one pattern's page."""
    advice, shown = guide(pattern), recording(pattern)
    blocks = [f"{pattern.id}: {pattern.title}\n{_wrapped(pattern.summary)}\n{_wrapped(advice.use)}"]
    facts = {"Family": pattern.family, "Standard": pattern.standard, "Form": pattern.form}
    facts |= {"Headers": ", ".join(pattern.sets), "Ways": ways(pattern, words)}
    blocks.append("\n".join(f"{f'{name}:':10}{value}" for name, value in facts.items() if value))
    if pattern.options:
        blocks.append("\n".join(["Options", *_option_rows(pattern)]))
    if pattern.refusals:
        blocks.append("\n".join(["Refused", *map(_refusal, pattern.refusals)]))
    if pattern.family != "app":
        blocks.append(f"Example\n  {example(pattern)}")
    blocks += [f"Generated: {name}\n{_indented(code)}" for name, code in shown.code.items()]
    blocks.append(f"On the wire\n{_indented(shown.wire)}")
    blocks.append(f"Clients\n{_wrapped(advice.clients, indent='  ', hanging='  ')}")
    blocks.append("\n".join(["Pitfalls", *(_item(text) for text in advice.pitfalls)]))
    blocks.append(f"See also\n  {', '.join(advice.neighbours)}")
    return "\n\n".join(blocks)


def pattern_data(pattern: Pattern, words: Vocabulary) -> "results.PatternPage":
    """Return one pattern as data."""
    advice, shown = guide(pattern), recording(pattern)
    return {
        **short_data(pattern),
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
                "discouraged": refusal.discouraged,
            }
            for refusal in pattern.refusals
        ],
        "example": example(pattern) if pattern.family != "app" else None,
        "use": advice.use,
        "clients": advice.clients,
        "pitfalls": list(advice.pitfalls),
        "neighbours": list(advice.neighbours),
        "words": list(advice.words),
        "code": dict(shown.code),
        "wire": shown.wire,
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


def ways(pattern: Pattern, words: Vocabulary) -> str:
    """Return how headers and cookies get onto the answer, in words."""
    if pattern.form:
        return f"headers and cookies go via {' or '.join(words.forms[pattern.form])}"
    return " or ".join(_vias(pattern, words))


def _option_rows(pattern: Pattern) -> Iterator[str]:
    width = max(len(name) for name in pattern.options)
    for name, option in pattern.options.items():
        default = json.dumps(option.default, ensure_ascii=False)
        yield f"  {name:{width}}  {option_type(option)}, default {default}"
        yield f"  {'':{width}}  {option.help}"


def option_type(option: Option) -> str:
    """Return what an option takes, in words."""
    if option.choices:
        return " | ".join(map(str, option.choices))
    if option.type == "int" and option.minimum is not None and option.maximum is not None:
        return f"{option.minimum} to {option.maximum}"
    return option.type.replace("_", " ")


def _option_data(option: Option) -> "results.DeclaredOption":
    keys = ("type", "default", "help", "choices", "minimum", "maximum", "matches", "valid")
    data = {key: getattr(option, key) for key in keys}
    told = {
        key: value for key, value in data.items() if key == "default" or value not in (None, (), "")
    }
    return cast("results.DeclaredOption", told)


def _refusal(refusal: Refusal) -> str:
    subject = f"{refusal.option}: " if refusal.option else ""
    kept = " (a project that has it keeps it)" if refusal.discouraged else ""
    return _item(f"{subject}{refusal.because}; {refusal.instead}{kept}")


def _item(text: str) -> str:
    return _wrapped(f"- {text}", indent="  ", hanging="    ")


def _indented(text: str) -> str:
    # Spaces that end a line, as in the table of a PDF, would show nothing.
    lines = [line.rstrip() for line in text.rstrip().split("\n")]
    return textwrap.indent("\n".join(lines), "  ")


def _wrapped(text: str, indent: str = "", hanging: str = "") -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=hanging,
        break_on_hyphens=False,
    )

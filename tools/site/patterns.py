"""The pages of the patterns, from what `scaffold patterns` reads."""

import json
from collections.abc import Iterator

from scaffold.catalogue.guides import guide, recording
from scaffold.catalogue.patterns import FAMILIES, Catalogue, Option, Pattern, Refusal
from scaffold.shown.pages import HEADINGS
from scaffold.shown.pattern import example, option_type, ways
from tools.site.markdown import cell, cell_code, fence, text


def index_page(catalogue: Catalogue) -> str:
    """Return the list of all patterns."""
    blocks = ["# Patterns", "`scaffold patterns` shows the same in a terminal, and searches."]
    for family in FAMILIES:
        rows = [
            f"| [`{pattern.id}`]({pattern.id}.md) | {text(pattern.summary)} |"
            for pattern in catalogue.family(family)
            if not pattern.unlisted
        ]
        heading = HEADINGS[family].replace(":", ",")
        blocks += [f"## {heading}", "\n".join(["| pattern | does |", "| --- | --- |", *rows])]
    return "\n\n".join([*blocks, ""])


def pattern_page(pattern: Pattern, catalogue: Catalogue) -> str:
    """Return the page of one pattern."""
    return "\n\n".join([*_blocks(pattern, catalogue), ""])


def _blocks(pattern: Pattern, catalogue: Catalogue) -> Iterator[str]:
    advice, shown = guide(pattern), recording(pattern)
    yield f"---\ntitle: {pattern.id}\n---"
    yield f"# {pattern.id}: {text(pattern.title)}"
    yield text(pattern.summary)
    yield text(advice.use)
    facts = {"Family": pattern.family, "Standard": pattern.standard, "Form": pattern.form}
    facts |= {"Headers": ", ".join(pattern.sets), "Ways": ways(pattern, catalogue.vocabulary)}
    yield "\n".join(f"- {name}: {text(value)}" for name, value in facts.items() if value)
    if pattern.family == "app":
        yield fence("yaml", f"application: [{pattern.id}]")
    else:
        yield fence("text", example(pattern))
    if pattern.options:
        yield "## Options"
        yield "\n".join([*OPTIONS_HEAD, *map(_option, pattern.options.values())])
    yield "## What is generated"
    for name, code in shown.code.items():
        yield fence(f'python title="{name}"', code)
    yield "## On the wire"
    yield fence("http", shown.wire)
    yield "## Clients"
    yield text(advice.clients)
    yield "## Pitfalls"
    yield "\n".join(f"- {text(pitfall)}" for pitfall in advice.pitfalls)
    if pattern.refusals:
        yield "## What is refused"
        yield "\n".join(map(_refusal, pattern.refusals))
    yield "## See also"
    yield ", ".join(f"[`{neighbour}`]({neighbour}.md)" for neighbour in advice.neighbours)


OPTIONS_HEAD = ("| option | type | default | is |", "| --- | --- | --- | --- |")


def _option(option: Option) -> str:
    default = json.dumps(option.default, ensure_ascii=False)
    kind = cell(option_type(option))
    return f"| `{option.name}` | {kind} | `{cell_code(default)}` | {cell(option.help)} |"


def _refusal(refusal: Refusal) -> str:
    subject = f"`{refusal.option}`: " if refusal.option else ""
    kept = " A project that has it keeps it." if refusal.discouraged else ""
    return f"- {subject}{text(refusal.because)}; {text(refusal.instead)}.{kept}"

"""Edits that rules propose."""

import ast

from scaffold.checker.findings import Edit, Fix
from scaffold.checker.modules import Module


def argument_edit(module: Module, call: ast.Call, added: str) -> Edit:
    """Return the edit that gives a call one argument more, at the end."""
    source = module.source
    _, end = source.span(call)
    inside = end - 1
    text = source.text
    last = [*call.args, *(keyword.value for keyword in call.keywords)]
    if not last:
        return Edit(inside, inside, added)
    behind = max(source.span(each)[1] for each in last)
    rest = text[behind:inside]
    closed = rest.lstrip()
    while closed.startswith((")", "#")):
        # The value stands in parentheses of its own, or a comment follows.
        if closed.startswith(")"):
            behind = text.index(")", behind) + 1
        else:
            break
        rest = text[behind:inside]
        closed = rest.lstrip()
    if "\n" in text[source.span(call.func)[1] : source.span(last[0])[0]]:
        indent = _indent(text, source.span(last[0])[0])
        if closed.startswith(","):
            comma = text.index(",", behind) + 1
            line_end = text.find("\n", comma)
            comment = text[comma:line_end] if line_end >= 0 else ""
            at = comma + len(comment.rstrip()) if comment.strip().startswith("#") else comma
            return Edit(at, at, f"\n{indent}{added},")
        return Edit(behind, behind, f",\n{indent}{added},")
    comma = text.index(",", behind) + 1 if closed.startswith(",") else behind
    return Edit(comma, comma, f" {added}" if closed.startswith(",") else f", {added}")


def value_edit(module: Module, value: ast.expr, text: str) -> Edit:
    """Return the edit that replaces an expression."""
    return module.source.edit(value, text)


def one_edit(title: str, edit: Edit, *, safe: bool = True) -> Fix:
    """Return a fix of one edit."""
    return Fix(title, (edit,), safe)


def _indent(text: str, offset: int) -> str:
    start = text.rfind("\n", 0, offset) + 1
    line = text[start:offset]
    return line[: len(line) - len(line.lstrip())]

"""A cookie that stays, because it is deleted under another path or domain than it was set with."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from scaffold.checker.answers import Touch, cookie_calls
from scaffold.checker.facts import Facts, Found, Rule
from scaffold.checker.findings import Edit, Fix
from scaffold.checker.fixes import argument_edit
from scaffold.checker.values import NOT_KNOWN, Arguments

ATTRIBUTES = (("path", "/"), ("domain", None))


class Kept(NamedTuple):
    """By what browsers tell a cookie from others of its name."""

    path: object
    domain: object


def find(facts: Facts) -> Iterator[Found]:
    """Find deletions that match no place where the cookie is set."""
    cookies: dict[str, list[Touch]] = defaultdict(list)
    deletions: list[tuple[str, Touch]] = []
    for place in facts.places(("set_cookie", "delete_cookie")):
        for touch in cookie_calls(place.scope, place):
            key = _key(touch)
            if key is None:
                continue
            if touch.what == "deletion" or _expires(touch):
                deletions.append((key, touch))
            else:
                cookies[key].append(touch)
    for key, touch in deletions:
        found = _mismatch(touch, cookies.get(key, []))
        if found is not None:
            yield found


def _key(touch: Touch) -> str | None:
    assert touch.arguments is not None
    if touch.name is not None:
        return touch.name
    key = touch.arguments.get("key")
    if key is None or not isinstance(key.node, ast.Attribute):
        return None
    text = ast.unparse(key.node)
    return f"<{text}>" if not text.startswith(("self.", "cls.")) else None


def _expires(touch: Touch) -> bool:
    assert touch.arguments is not None
    age = touch.arguments.value("max_age", None)
    return age is not NOT_KNOWN and isinstance(age, int) and age <= 0


def kept(arguments: Arguments) -> Kept | None:
    """Return by what a cookie is told from others; None if that is not known."""
    values: list[object] = []
    for name, default in ATTRIBUTES:
        value = arguments.value(name, default)
        if value is NOT_KNOWN:
            given = arguments.get(name)
            if given is None:
                return None
            value = ast.dump(given.node)
        values.append(value)
    return Kept(*values)


def _mismatch(touch: Touch, set_by: list[Touch]) -> Found | None:
    assert touch.arguments is not None
    mine = kept(touch.arguments)
    if mine is None or not set_by:
        return None
    others = []
    for each in set_by:
        assert each.arguments is not None
        its = kept(each.arguments)
        if its is None or its == mine or not _is_comparable(mine, its):
            return None
        others.append((each, its))
    first, its = others[0]
    differ = [
        name for name, one, other in zip(("Path", "Domain"), mine, its, strict=True) if one != other
    ]
    where = f"{first.place.module.source.shown}:{first.node.lineno}"
    if first.place.module is touch.place.module:
        where = f"line {first.node.lineno}"
    assert isinstance(touch.node, ast.Call)
    name = (touch.name or "").strip("<>")
    reason = f"the cookie `{name}` stays: it was set with another {' and '.join(differ)} ({where})"
    fix = _fix(touch, first, differ) if len({kept for _, kept in others}) == 1 else None
    return Found(touch.place.module, touch.node, reason, fix=fix)


def _is_comparable(mine: Kept, its: Kept) -> bool:
    """Say whether attributes are known to differ: an expression may be any text."""
    for one, other in zip(mine, its, strict=True):
        if one != other and any(
            isinstance(each, str) and "(" in each and each[:1].isupper() for each in (one, other)
        ):
            # One is given and the other one is left out, which a setting could equal.
            return False
    return True


def _fix(touch: Touch, first: Touch, differ: list[str]) -> Fix | None:
    assert touch.arguments is not None
    assert first.arguments is not None
    assert isinstance(touch.node, ast.Call)
    source = first.place.module.source
    edits: list[Edit] = []
    for each in differ:
        name = each.lower()
        wanted = first.arguments.keywords.get(name)
        code = source.code(wanted) if wanted is not None else '"/"' if name == "path" else "None"
        if wanted is not None and not isinstance(wanted, ast.Constant):
            return None
        given = touch.arguments.keywords.get(name)
        if given is not None:
            edits.append(touch.place.module.source.edit(given, code))
        else:
            edits.append(argument_edit(touch.place.module, touch.node, f"{name}={code}"))
    return Fix("Delete it as it was set", tuple(edits)) if len(edits) == 1 else None


RULE = Rule(
    code="RSP120",
    name="delete-cookie-mismatch",
    title="A cookie is deleted with other attributes than it was set with",
    standard="RFC 6265 section 5.3, step 11",
    patterns=("cookie-delete",),
    wire='set-cookie: ...=""; Max-Age=0; Path=/, which deletes another cookie',
    instead="delete it with the `path` and `domain` that it was set with",
    fixable="safe",
    on_all=find,
)

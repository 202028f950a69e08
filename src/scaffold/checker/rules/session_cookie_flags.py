"""Cookies with which somebody is logged in, that scripts can read or that go out unencrypted."""

import ast
import re
from collections.abc import Iterator

from scaffold.checker.answers import Touch, cookie_calls
from scaffold.checker.facts import Facts, Found, Rule
from scaffold.checker.findings import Edit, Fix
from scaffold.checker.fixes import argument_edit
from scaffold.checker.flow import own_nodes
from scaffold.checker.names import Place, words_of
from scaffold.checker.values import HOLE, texts

SESSION = re.compile(
    r"session|token|jwt|oauth|^auth|auth$|^sid$|\.sid$|_sid$|^sess(id)?$|bearer|api_?key"
)
ELSE = re.compile(r"csrf|xsrf|expir|_state$|_type$|timeout")
MARKERS = ("true", "false", "1", "0", "yes", "no", "")


def find(place: Place, facts: Facts) -> Iterator[Found]:
    """Find session cookies without HttpOnly or Secure."""
    for touch in cookie_calls(place.scope, place):
        if touch.what == "cookie" and is_for_sessions(touch):
            yield from missing_flags(touch)
    yield from _written(place)


def cookie_name(touch: Touch) -> str | None:
    """Return a cookie's name, or what its name is called where it is not known."""
    assert touch.arguments is not None
    if touch.name is not None:
        return touch.name
    key = touch.arguments.get("key")
    if key is None:
        return None
    if isinstance(key.node, ast.Attribute):
        return key.node.attr
    return key.node.id if isinstance(key.node, ast.Name) else None


def is_for_sessions(touch: Touch) -> bool:
    """Say whether a cookie's name, and its value, are those of a session or a token."""
    assert touch.arguments is not None
    name = cookie_name(touch)
    if name is None or not is_session_name(name):
        return False
    value, age = touch.arguments.value("value", ""), touch.arguments.value("max_age", None)
    is_marker = isinstance(value, bool) or (isinstance(value, str) and value.lower() in MARKERS)
    return not is_marker and not (isinstance(age, int) and age <= 0)


def is_session_name(name: str) -> bool:
    """Say whether a cookie's name is that of a session or a token."""
    words = "_".join(words_of(name))
    return bool(SESSION.search(words) or SESSION.search(name.lower())) and not ELSE.search(words)


def missing_flags(touch: Touch) -> Iterator[Found]:
    """Find the flags that a cookie lacks."""
    arguments = touch.arguments
    assert arguments is not None
    secure, httponly = arguments.value("secure", False), arguments.value("httponly", False)
    missing = []
    if httponly is False and "httponly" not in arguments:
        missing.append("HttpOnly")
    if secure is False:
        missing.append("Secure")
    if not missing:
        return
    name = cookie_name(touch)
    harm = {
        "HttpOnly": "scripts can read it",
        "Secure": "it is sent over plain http",
    }
    reason = f"the cookie `{name}` lacks {' and '.join(missing)}: " + ", and ".join(
        harm[each] for each in missing
    )
    flags = ["Path=/", "SameSite=lax"]
    flags += ["HttpOnly"] if httponly is True else []
    flags += ["Secure"] if secure is True else []
    wire = f"set-cookie: {touch.name or name}=...; {'; '.join(sorted(flags))}"
    assert isinstance(touch.node, ast.Call)
    yield Found(touch.place.module, touch.node, reason, wire, fix=_fix(touch, touch.node, missing))


def _fix(touch: Touch, call: ast.Call, missing: list[str]) -> Fix | None:
    assert touch.arguments is not None
    module = touch.place.module
    edits: list[Edit] = []
    added = []
    for flag in missing:
        name = flag.lower()
        given = touch.arguments.keywords.get(name)
        if given is not None:
            edits.append(module.source.edit(given, "True"))
        elif name in touch.arguments:
            return None
        else:
            added.append(f"{name}=True")
    if added:
        edits.append(argument_edit(module, call, ", ".join(added)))
    return Fix(f"Add {' and '.join(missing)}", tuple(edits))


def _written(place: Place) -> Iterator[Found]:
    """Find session cookies that are written as headers."""
    for text, node in written_cookies(place):
        name, _, rest = text.partition("=")
        _, _, attributes = rest.partition(";")
        if HOLE in name or not is_session_name(name.strip()):
            continue
        if HOLE in attributes:
            continue
        given = {each.strip().partition("=")[0].lower() for each in attributes.split(";")}
        if "max-age=0" in attributes.lower().replace(" ", ""):
            continue
        missing = [flag for flag in ("HttpOnly", "Secure") if flag.lower() not in given]
        if missing:
            reason = f"the cookie `{name.strip()}` lacks {' and '.join(missing)}"
            wire = f"set-cookie: {text.replace(HOLE, '...')}"
            yield Found(place.module, node, reason, wire)


def written_cookies(place: Place) -> Iterator[tuple[str, ast.expr]]:
    """Yield the values of `Set-Cookie` that a function writes itself, and where."""
    if place.scope.is_class or not place.module.source.mentions("set-cookie"):
        return
    for node in own_nodes(place.scope.node):
        pairs: list[tuple[ast.expr | None, ast.expr]] = []
        if isinstance(node, ast.Dict):
            pairs = list(zip(node.keys, node.values, strict=True))
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            pairs = [(node.targets[0].slice, node.value)]
        elif isinstance(node, ast.Call) and len(node.args) == 2:
            pairs = [(node.args[0], node.args[1])]
        elif isinstance(node, ast.Tuple) and len(node.elts) == 2:
            pairs = [(node.elts[0], node.elts[1])]
        for key, value in pairs:
            if isinstance(key, ast.Constant) and isinstance(key.value, str | bytes):
                name = key.value.decode("latin-1") if isinstance(key.value, bytes) else key.value
                if name.lower() == "set-cookie":
                    text = texts(value, place)
                    if text != HOLE:
                        yield text, value


RULE = Rule(
    code="RSP104",
    name="session-cookie-flags",
    title="A cookie of a session lacks HttpOnly or Secure",
    standard="RFC 6265 sections 4.1.2.5 and 4.1.2.6",
    patterns=("cookie-session-host-prefix",),
    wire="set-cookie: session=...; Path=/; SameSite=lax",
    instead="set the cookie with `httponly=True` and `secure=True`",
    fixable="safe",
    words=("set_cookie", "set-cookie"),
    on_scope=find,
)

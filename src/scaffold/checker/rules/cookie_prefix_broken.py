"""A cookie whose name promises what its attributes do not keep, so that browsers refuse it."""

import ast
from collections.abc import Iterator

from scaffold.checker.answers import cookie_calls
from scaffold.checker.facts import Facts, Found, Rule
from scaffold.checker.findings import Edit, Fix
from scaffold.checker.fixes import argument_edit
from scaffold.checker.middleware import middleware
from scaffold.checker.names import Place
from scaffold.checker.rules.session_cookie_flags import written_cookies
from scaffold.checker.rules.session_middleware_insecure import NAMES
from scaffold.checker.values import HOLE, NOT_KNOWN, Arguments, texts


def find(place: Place, facts: Facts) -> Iterator[Found]:
    """Find cookies with a prefix and other attributes than it asks for."""
    for touch in cookie_calls(place.scope, place):
        assert touch.arguments is not None
        assert isinstance(touch.node, ast.Call)
        key = touch.arguments.get("key")
        name = texts(key.node, key.place) if key is not None else ""
        yield from _checked(place, touch.node, touch.arguments, name, "secure")
    for call, arguments in middleware(place, "SessionMiddleware", NAMES):
        given = arguments.get("session_cookie")
        name = texts(given.node, given.place) if given is not None else "session"
        yield from _checked(place, call, arguments, name, "https_only")
    for text, node in written_cookies(place):
        name, _, rest = text.partition("=")
        attributes = [each.strip().partition("=") for each in rest.split(";")[1:]]
        if HOLE in rest.partition(";")[2]:
            continue
        said = {key.strip().lower(): value.strip() for key, _, value in attributes}
        wrong = _wrong(name.strip(), "secure" in said, said.get("path"), said.get("domain"))
        if wrong:
            yield Found(place.module, node, _reason(name.strip(), wrong))


def _checked(
    place: Place, call: ast.Call, arguments: Arguments, name: str, secure: str
) -> Iterator[Found]:
    is_secure = arguments.value(secure, False)
    path, domain = arguments.value("path", "/"), arguments.value("domain", None)
    wrong = _wrong(
        name,
        is_secure is not False,
        "/" if path is NOT_KNOWN else path,
        None if domain is NOT_KNOWN and not _is_given(arguments, "domain") else domain,
    )
    if not wrong:
        return
    yield Found(
        place.module, call, _reason(name, wrong), fix=_fix(place, call, arguments, wrong, secure)
    )


def _is_given(arguments: Arguments, name: str) -> bool:
    """Say whether an argument is some text, which is not known."""
    given = arguments.get(name)
    return given is not None and isinstance(given.node, ast.JoinedStr)


def _wrong(name: str, secure: bool, path: object, domain: object) -> list[str]:
    lowered = name.lower()
    wrong = []
    if lowered.startswith(("__host-", "__secure-")) and not secure:
        wrong.append("Secure")
    if lowered.startswith("__host-"):
        if path != "/":
            wrong.append("Path=/")
        if domain is not None:
            wrong.append("no Domain")
    return wrong


def _reason(name: str, wrong: list[str]) -> str:
    shown = name.replace(HOLE, "...")
    return f"browsers refuse the cookie `{shown}`: its prefix asks for {' and '.join(wrong)}"


def _fix(
    place: Place, call: ast.Call, arguments: Arguments, wrong: list[str], secure: str
) -> Fix | None:
    source = place.module.source
    edits: list[Edit] = []
    for each in wrong:
        if each == "Secure":
            given = arguments.keywords.get(secure)
            if given is not None:
                edits.append(source.edit(given, "True"))
            elif secure in arguments:
                return None
            else:
                edits.append(argument_edit(place.module, call, f"{secure}=True"))
        elif each == "Path=/" and "path" in arguments.keywords:
            edits.append(source.edit(arguments.keywords["path"], '"/"'))
        elif each == "no Domain" and "domain" in arguments.keywords:
            edits.append(source.edit(arguments.keywords["domain"], "None"))
        else:
            return None
    return Fix(f"Give it {' and '.join(wrong)}", tuple(edits))


RULE = Rule(
    code="RSP119",
    name="cookie-prefix-broken",
    title="A cookie does not keep what the prefix of its name promises",
    standard="RFC 6265bis section 4.1.3",
    patterns=("cookie-session-host-prefix",),
    wire="set-cookie: __Host-session=...; Path=/; SameSite=lax",
    instead="`__Host-` needs Secure, Path=/ and no Domain, `__Secure-` needs Secure",
    fixable="safe",
    words=("__host-", "__secure-", "set_cookie", "delete_cookie", "sessionmiddleware"),
    on_scope=find,
)

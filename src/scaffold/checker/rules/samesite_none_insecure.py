"""A cookie for other sites that browsers refuse to store."""

import ast
from collections.abc import Iterator

from scaffold.checker.answers import cookie_calls
from scaffold.checker.facts import Facts, Found, Rule
from scaffold.checker.findings import Fix
from scaffold.checker.fixes import argument_edit
from scaffold.checker.middleware import middleware
from scaffold.checker.names import Place
from scaffold.checker.rules.session_cookie_flags import written_cookies
from scaffold.checker.rules.session_middleware_insecure import NAMES
from scaffold.checker.values import HOLE, Arguments


def find(place: Place, facts: Facts) -> Iterator[Found]:
    """Find cookies with SameSite=None and without Secure."""
    for touch in cookie_calls(place.scope, place):
        assert touch.arguments is not None
        assert isinstance(touch.node, ast.Call)
        yield from _unless_secure(
            place, touch.node, touch.arguments, "samesite", "secure", touch.name
        )
    for call, arguments in middleware(place, "SessionMiddleware", NAMES):
        yield from _unless_secure(place, call, arguments, "same_site", "https_only", "session")
    for text, node in written_cookies(place):
        parts = {each.strip().lower() for each in text.replace(" =", "=").split(";")}
        if (
            "samesite=none" in parts
            and "secure" not in parts
            and HOLE not in text.partition(";")[2]
        ):
            yield Found(place.module, node, _reason(text.partition("=")[0].strip()))


def _unless_secure(
    place: Place, call: ast.Call, arguments: Arguments, same: str, secure: str, name: str | None
) -> Iterator[Found]:
    value = arguments.value(same, "lax")
    if not isinstance(value, str) or value.lower() != "none":
        return
    if arguments.value(secure, False) is not False:
        return
    given = arguments.keywords.get(secure)
    fix = None
    if given is not None:
        fix = Fix("Add Secure", (place.module.source.edit(given, "True"),))
    elif secure not in arguments:
        fix = Fix("Add Secure", (argument_edit(place.module, call, f"{secure}=True"),))
    yield Found(place.module, call, _reason(name), fix=fix)


def _reason(name: str | None) -> str:
    which = f" `{name}`" if name else ""
    return f"browsers refuse the cookie{which}: with SameSite=None it has to be Secure"


RULE = Rule(
    code="RSP118",
    name="samesite-none-insecure",
    title="A cookie with SameSite=None is not Secure",
    standard="RFC 6265bis section 5.7",
    patterns=("cookie-set",),
    wire="set-cookie: ...=...; Path=/; SameSite=none",
    instead="set it with `secure=True`",
    fixable="safe",
    words=("samesite", "same_site", "set_cookie"),
    on_scope=find,
)

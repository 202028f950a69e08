"""The cookie of SessionMiddleware goes out over plain http."""

from collections.abc import Iterator

from scaffold.checker.facts import Facts, Found, Rule
from scaffold.checker.findings import Edit, Fix
from scaffold.checker.fixes import argument_edit
from scaffold.checker.middleware import middleware
from scaffold.checker.names import Place

NAMES = ("app", "secret_key", "session_cookie", "max_age", "path", "same_site", "https_only")


def find(place: Place, facts: Facts) -> Iterator[Found]:
    """Find SessionMiddleware without `https_only`."""
    for call, arguments in middleware(place, "SessionMiddleware", NAMES):
        if arguments.value("https_only", False) is not False:
            continue
        cookie = arguments.value("session_cookie", "session")
        name = cookie if isinstance(cookie, str) else "session"
        given = arguments.keywords.get("https_only")
        edit: Edit | None = argument_edit(place.module, call, "https_only=True")
        if given is not None:
            edit = place.module.source.edit(given, "True")
        elif "https_only" in arguments:
            edit = None
        fix = Fix("Set https_only=True", (edit,)) if edit else None
        reason = "without `https_only=True` the cookie of the session is sent over plain http"
        wire = f"set-cookie: {name}=...; path=/; Max-Age=1209600; httponly; samesite=lax"
        yield Found(place.module, call, reason, wire, fix=fix)


RULE = Rule(
    code="RSP107",
    name="session-middleware-insecure",
    title="SessionMiddleware sends its cookie without Secure",
    standard="RFC 6265 section 4.1.2.5",
    patterns=("session-middleware",),
    wire="set-cookie: session=...; path=/; Max-Age=1209600; httponly; samesite=lax",
    instead="add it with `https_only=True`",
    fixable="safe",
    words=("middleware",),
    on_scope=find,
)

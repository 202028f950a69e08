"""Any cookie that scripts can read or that goes out unencrypted."""

from collections.abc import Iterator

from scaffold.checker.answers import cookie_calls, is_response
from scaffold.checker.facts import Facts, Found, Rule
from scaffold.checker.names import Place
from scaffold.checker.rules.session_cookie_flags import is_for_sessions, missing_flags


def find(place: Place, facts: Facts) -> Iterator[Found]:
    """Find cookies without HttpOnly or Secure, on what is known to be a response."""
    for touch in cookie_calls(place.scope, place):
        if touch.what == "cookie" and is_response(touch.on, place) and not is_for_sessions(touch):
            yield from missing_flags(touch)


RULE = Rule(
    code="RSP151",
    name="cookie-flags",
    title="A cookie lacks HttpOnly or Secure",
    standard="RFC 6265 sections 4.1.2.5 and 4.1.2.6",
    patterns=("cookie-set",),
    wire="set-cookie: theme=dark; Path=/; SameSite=lax",
    instead="set it with `httponly=True` and `secure=True`, unless scripts have to read it",
    default=False,
    fixable="safe",
    words=("set_cookie",),
    on_scope=find,
)

"""A 401 that does not say how to log in."""

from collections.abc import Iterator

from scaffold.checker.errors_of_http import without_header
from scaffold.checker.facts import Facts, Found, Rule
from scaffold.checker.names import Place


def find(place: Place, facts: Facts) -> Iterator[Found]:
    """Find a 401 without WWW-Authenticate."""
    for call, _ in without_header(place, (401,), "www-authenticate"):
        yield Found(place.module, call, "a 401 has to say how to log in, by WWW-Authenticate")


RULE = Rule(
    code="RSP152",
    name="missing-www-authenticate",
    title="A 401 lacks WWW-Authenticate",
    standard="RFC 9110 section 15.5.2",
    patterns=("www-authenticate",),
    wire="HTTP/1.1 401 Unauthorized, without www-authenticate",
    instead='give it `headers={"WWW-Authenticate": "Bearer"}`, or answer 403',
    default=False,
    words=("401", "unauthorized"),
    on_scope=find,
)

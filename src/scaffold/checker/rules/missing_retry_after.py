"""An answer that asks to come back, and does not say when."""

from collections.abc import Iterator

from scaffold.checker.errors_of_http import without_header
from scaffold.checker.facts import Facts, Found, Rule
from scaffold.checker.names import Place


def find(place: Place, facts: Facts) -> Iterator[Found]:
    """Find a 429 or 503 without Retry-After."""
    for call, status in without_header(place, (429, 503), "retry-after"):
        reason = f"a {status} should say when to come back, by Retry-After"
        wire = f"HTTP/1.1 {status}, without retry-after"
        yield Found(place.module, call, reason, wire)


RULE = Rule(
    code="RSP153",
    name="missing-retry-after",
    title="A 429 or 503 lacks Retry-After",
    standard="RFC 6585 section 4, RFC 9110 section 15.6.4",
    patterns=("rate-limit", "status-unavailable-retry"),
    wire="HTTP/1.1 429 Too Many Requests, without retry-after",
    instead='give it `headers={"Retry-After": "60"}`',
    default=False,
    words=("429", "503", "too_many", "unavailable"),
    on_scope=find,
)

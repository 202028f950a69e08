"""Content that does not say what it is."""

import ast
from collections.abc import Iterator

from scaffold.checker.answers import CONTENT
from scaffold.checker.facts import Facts, Found, Rule
from scaffold.checker.names import Place, is_none, known
from scaffold.checker.values import Arguments, entries


def find(place: Place, facts: Facts) -> Iterator[Found]:
    """Find responses with content and without a media type."""
    for call in place.scope.calls:
        if not (call.args or call.keywords) or known(call.func, place) != "Response":
            continue
        arguments = Arguments(call, place, CONTENT)
        content, headers = arguments.get("content"), arguments.get("headers")
        if content is None or not arguments.complete or "media_type" in arguments:
            continue
        if is_none(content.node) or _is_empty(content.node):
            continue
        if headers is not None:
            given = entries(headers.node, headers.place)
            if given is None or any(name.lower() == "content-type" for name in given):
                continue
        yield Found(place.module, call, "the content goes out without a Content-Type")


def _is_empty(content: ast.expr) -> bool:
    return isinstance(content, ast.Constant) and content.value in ("", b"")


RULE = Rule(
    code="RSP155",
    name="response-without-media-type",
    title="Content goes out without a media type",
    standard="RFC 9110 section 8.3",
    patterns=("download-bytes", "plain-text"),
    wire="HTTP/1.1 200 OK, without content-type",
    instead="give the response a `media_type`",
    default=False,
    words=("response",),
    on_scope=find,
)

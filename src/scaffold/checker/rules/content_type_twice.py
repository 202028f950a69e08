"""Two media types for one answer, of which one is not meant."""

import ast
from collections.abc import Iterator

from scaffold.checker.answers import (
    SIGNATURES,
    answers,
    injected,
    response_class,
    returned,
    touches,
)
from scaffold.checker.facts import Facts, Found, Rule
from scaffold.checker.names import Place
from scaffold.checker.routes import Route
from scaffold.checker.values import Arguments, entries

OWN = ("content-type", "content-length")


def find(place: Place, facts: Facts) -> Iterator[Found]:
    """Find responses with `media_type` and another Content-Type among their headers."""
    for call in place.scope.calls:
        if not any(keyword.arg == "headers" for keyword in call.keywords) and len(call.args) < 3:
            continue
        cls = response_class(call.func, place)
        if not cls:
            continue
        arguments = Arguments(call, place, SIGNATURES[cls])
        media, headers = arguments.value("media_type", None), arguments.get("headers")
        if not isinstance(media, str) or headers is None:
            continue
        for name, given in (entries(headers.node, headers.place) or {}).items():
            value = given.value
            if name.lower() != "content-type" or not isinstance(value, str):
                continue
            if _base(value) != _base(media) or _has_other_charset(value):
                reason = f"`media_type` says {media}, but the header is sent: {value}"
                node = given.node if given.place.module is place.module else call
                yield Found(place.module, node, reason, f"content-type: {value}")


def find_in_route(route: Route, facts: Facts) -> Iterator[Found]:
    """Find such headers on the injected response, beside those of the answer."""
    names = set(injected(route.function))
    if route.is_websocket or not names or route.function.scope.yields:
        return
    values = [value for _, value in returned(route.function.scope, route.inside)]
    if any(any(answers(value, route.inside)) for value in values):
        return
    if any(isinstance(value, ast.Name) and value.id in names for value in values):
        return
    for touch in touches(route.function.scope, route.inside):
        if touch.what == "header" and touch.name in OWN and touch.variable in names:
            reason = f"`{touch.name}` is sent twice: FastAPI adds it to that of the answer"
            wire = f"{touch.name}: application/json, and {touch.name} once more"
            if touch.name == "content-length":
                wire = "no answer: uvicorn closes the connection"
            instead = "give the endpoint a `response_class`, or return a response"
            yield Found(touch.place.module, touch.node, reason, wire, instead)


def _has_other_charset(media: str) -> bool:
    """Say whether a type names another charset than that in which Starlette writes texts."""
    _, found, charset = media.lower().replace(" ", "").partition("charset=")
    return bool(found) and charset.strip('"').partition(";")[0] not in ("utf-8", "utf8")


def _base(media: str) -> str:
    return media.partition(";")[0].strip().lower()


RULE = Rule(
    code="RSP121",
    name="content-type-twice",
    title="An answer has two media types",
    standard="RFC 9110 section 8.3",
    patterns=("download-bytes", "json-custom-class"),
    wire="content-type, twice or not as `media_type` says",
    instead="say it once, by `media_type`",
    words=("content-type",),
    on_scope=find,
    on_route=find_in_route,
)

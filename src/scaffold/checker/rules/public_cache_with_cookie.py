"""A cookie of one visitor, in an answer that caches hand to others."""

import ast
import re
from collections.abc import Iterator

from scaffold.checker import dependencies
from scaffold.checker.answers import Touch, answers, injected, returned, touches
from scaffold.checker.facts import Facts, Found, Rule
from scaffold.checker.flow import leads_to, may_lead_to
from scaffold.checker.names import Definition, Place
from scaffold.checker.routes import Route
from scaffold.checker.values import HOLE, entries, texts

PUBLIC = re.compile(r"(?:^|[,\s])(?:public|s-maxage\s*=\s*[1-9\ufffc])", re.I)
FORBIDS = re.compile(r"(?:^|[,\s])(?:private|no-store)", re.I)


def find(route: Route, facts: Facts) -> Iterator[Found]:
    """Find endpoints that set a cookie and let everybody store the answer."""
    yield from _in(route.function, list(_cookies_of_dependencies(route, facts)))


def find_elsewhere(place: Place, facts: Facts) -> Iterator[Found]:
    """Find the same in other functions, such as middleware."""
    if place.scope.is_function and place.scope.parent is not None:
        function = Definition(place.scope.node, Place(place.module, place.scope.parent))
        if place.scope.node not in facts.registry.of_function:
            yield from _in(function, [])


def _in(function: Definition, outer: list[str]) -> Iterator[Found]:
    place = function.inside
    found = list(touches(function.scope, place))
    cookies = [touch for touch in found if touch.what == "cookie"]
    if not cookies and not outer:
        return
    names = set(injected(function))
    tree = place.module.tree
    for touch in found:
        if touch.what != "header" or touch.name != "cache-control" or not _is_public(touch, place):
            continue
        if outer and touch.variable in names:
            yield _found(place, touch.node, outer[0])
            return
        for cookie in cookies:
            if ast.dump(cookie.on) != ast.dump(touch.on):
                continue
            if leads_to(tree, cookie.statement, touch.statement) or leads_to(
                tree, touch.statement, cookie.statement
            ):
                yield _found(place, touch.node, cookie.name)
                return
    yield from _given(function, cookies)


def _given(function: Definition, cookies: list[Touch]) -> Iterator[Found]:
    """Find a response that is made with such a header, and gets a cookie."""
    place = function.inside
    for _, value in returned(function.scope, place):
        for answer in answers(value, place):
            headers = answer.arguments.get("headers") if answer is not None else None
            if answer is None or headers is None or answer.name is None:
                continue
            for name, given in (entries(headers.node, headers.place) or {}).items():
                if name.lower() != "cache-control" or not _is_public_text(given.node, given.place):
                    continue
                for cookie in cookies:
                    if cookie.variable == answer.name and may_lead_to(
                        place.module.tree,
                        answer.place.module.tree.statement(answer.call),
                        cookie.statement,
                    ):
                        yield _found(place, given.node, cookie.name)
                        return


def _found(place: Place, node: ast.AST, cookie: str | None) -> Found:
    name = f" `{cookie}`" if cookie else ""
    reason = (
        f"any cache may store this answer, and hand the cookie{name} of one visitor to the next"
    )
    return Found(place.module, node, reason)


def _is_public(touch: Touch, place: Place) -> bool:
    return touch.value is not None and _is_public_text(touch.value, place)


def _is_public_text(value: ast.expr, place: Place) -> bool:
    text = texts(value, place)
    return text != HOLE and bool(PUBLIC.search(text)) and not FORBIDS.search(text)


def _cookies_of_dependencies(route: Route, facts: Facts) -> Iterator[str]:
    for each in dependencies.of_route(route, facts.registry):
        function = each.function
        if function is None or function.is_class:
            continue
        names = set(injected(function))
        for touch in touches(function.scope, function.inside) if names else ():
            if touch.what == "cookie" and touch.variable in names:
                yield touch.name or "..."


RULE = Rule(
    code="RSP116",
    name="public-cache-with-cookie",
    title="Shared caches may store an answer with a cookie",
    standard="RFC 9111 section 7.3",
    patterns=("cache-control", "cookie-set"),
    wire="cache-control: public, max-age=..., and set-cookie",
    instead="send `cache-control: private, no-cache`, or `no-store`",
    on_route=find,
    words=("cache-control",),
    on_scope=find_elsewhere,
)

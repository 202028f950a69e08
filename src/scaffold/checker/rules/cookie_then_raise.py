"""Cookies and headers that are lost, because an error follows."""

import ast
from collections.abc import Iterator

from scaffold.checker.answers import injected, is_response, touches
from scaffold.checker.facts import Facts, Found, Rule
from scaffold.checker.flow import certain_end, in_handled_try, names_in
from scaffold.checker.names import Definition, External, Place, Value, ancestry, origins
from scaffold.checker.routes import Route
from scaffold.checker.rules.injected_response_ignored import told


def find(route: Route, facts: Facts) -> Iterator[Found]:
    """Find what an endpoint puts on a response before it raises."""
    if not route.is_websocket and not route.function.scope.yields:
        yield from _in(route.function)


def find_in_dependencies(facts: Facts) -> Iterator[Found]:
    """Find the same in dependencies."""
    for function in facts.asked_for.values():
        if function.node not in facts.registry.of_function:
            yield from _in(function)


def _in(function: Definition) -> Iterator[Found]:
    names = set(injected(function))
    tree = function.place.module.tree
    for touch in touches(function.scope, function.inside):
        if touch.variable is None or touch.what == "status":
            continue
        if touch.variable not in names and not is_response(touch.on, touch.place):
            continue
        end = certain_end(tree, touch.statement)
        if not isinstance(end, ast.Raise) or end.exc is None or in_handled_try(tree, end):
            continue
        if touch.variable in names_in(end.exc) or not _is_http_error(end.exc, function.inside):
            continue
        reason = (
            f"{told(touch)} is lost: line {end.lineno} raises, and an error has its own headers"
        )
        yield Found(touch.place.module, touch.node, reason)
        return


def _is_http_error(raised: ast.expr, place: Place) -> bool:
    func = raised.func if isinstance(raised, ast.Call) else raised
    for origin in origins(raised, place):
        if isinstance(origin, Value) and isinstance(origin.node, ast.Call):
            func, place = origin.node.func, origin.place
    return any(
        isinstance(each, External) and each.known in ("HTTPException", "StarletteHTTPException")
        for each in ancestry(func, place)
    )


RULE = Rule(
    code="RSP115",
    name="cookie-then-raise",
    title="A cookie is set before an error that drops it",
    standard="FastAPI: the answer to an error has only the headers of the error",
    patterns=("cookie-on-error",),
    wire="the error without set-cookie",
    instead='give it to the error: `HTTPException(..., headers={"set-cookie": ...})`, or return',
    on_route=find,
    on_all=find_in_dependencies,
)

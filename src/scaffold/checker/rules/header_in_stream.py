"""Headers, cookies or a status that are set when the headers have left."""

import ast
from collections.abc import Iterator

from scaffold.checker.answers import Touch, injected, is_response, touches
from scaffold.checker.facts import Facts, Found, Rule
from scaffold.checker.flow import may_lead_to
from scaffold.checker.names import Definition, Place
from scaffold.checker.routes import Route
from scaffold.checker.rules.injected_response_ignored import told


def find(route: Route, facts: Facts) -> Iterator[Found]:
    """Find what the body of a stream puts on a response."""
    function = route.function
    if route.is_websocket:
        return
    if function.scope.yields:
        names = set(injected(function))
        for touch in touches(function.scope, function.inside):
            if touch.variable in names:
                yield _found(touch, "the endpoint yields, so it runs when the headers have left")
                return
    for inner in function.scope.functions:
        if not inner.yields:
            continue
        place = Place(function.place.module, inner)
        for touch in touches(inner, place):
            if is_response(touch.on, place):
                name = getattr(inner.node, "name", "the generator")
                yield _found(touch, f"`{name}` runs when the headers have left")
                break


def find_in_dependencies(facts: Facts) -> Iterator[Found]:
    """Find what a dependency puts on a response behind its `yield`."""
    for function in facts.asked_for.values():
        if function.scope.yields and function.node not in facts.registry.of_function:
            yield from _behind_yield(function)


def _behind_yield(function: Definition) -> Iterator[Found]:
    names = set(injected(function))
    tree = function.place.module.tree
    for touch in touches(function.scope, function.inside):
        if touch.variable not in names:
            continue
        for each in function.scope.yields:
            statement = tree.statement(each)
            if _comes_after(function, statement, touch):
                yield _found(touch, "behind `yield` the headers have left")
                return


def _comes_after(function: Definition, statement: ast.stmt, touch: Touch) -> bool:
    tree = function.place.module.tree
    if may_lead_to(tree, statement, touch.statement):
        return True
    # In the `finally` of the `try` that holds the yield.
    node: ast.AST = touch.statement
    while node is not function.node:
        parent = tree.parents[node]
        if isinstance(parent, ast.Try) and node in parent.finalbody:
            return any(inside is statement for each in parent.body for inside in ast.walk(each))
        node = parent
    return False


def _found(touch: Touch, why: str) -> Found:
    reason = f"{told(touch)} is not sent: {why}"
    return Found(touch.place.module, touch.node, reason)


RULE = Rule(
    code="RSP114",
    name="header-in-stream",
    title="A header is set after the headers have left",
    standard="ASGI: http.response.start is sent before the body",
    patterns=("csv-stream", "sse"),
    wire="the answer without it",
    instead="set it in a dependency before `yield`, or give it to the response",
    on_route=find,
    on_all=find_in_dependencies,
)

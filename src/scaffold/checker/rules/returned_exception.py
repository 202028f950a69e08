"""An error that is returned, so that the client is told that all went well."""

import ast
from collections.abc import Iterator

from scaffold.checker.answers import returned
from scaffold.checker.facts import Facts, Found, Rule
from scaffold.checker.findings import Edit, Fix
from scaffold.checker.names import Definition, External, Place, Value, ancestry, origins
from scaffold.checker.routes import Route

ERRORS = frozenset(("HTTPException", "StarletteHTTPException", "RequestValidationError"))


def find(route: Route, facts: Facts) -> Iterator[Found]:
    """Find errors that endpoints return."""
    yield from _in(route.function, "HTTP/1.1 200 OK, and the error as data")


def find_in_dependencies(facts: Facts) -> Iterator[Found]:
    """Find errors that dependencies return: the endpoint runs all the same."""
    for function in facts.asked_for.values():
        if function.node not in facts.registry.of_function and not function.scope.yields:
            yield from _in(function, "the answer of the endpoint, which runs all the same")


def _in(function: Definition, wire: str) -> Iterator[Found]:
    for statement, value in returned(function.scope, function.inside):
        if is_error(value, function.inside):
            reason = f"`{function.name}` returns the error instead of raising it"
            fix = _fix(function.inside, statement, value)
            yield Found(function.place.module, statement, reason, wire, fix=fix)


def is_error(value: ast.expr, place: Place, depth: int = 0) -> bool:
    """Say whether an expression makes an error that FastAPI turns into an answer."""
    found = origins(value, place)
    return bool(found) and all(
        isinstance(origin, Value)
        and isinstance(origin.node, ast.Call)
        and (
            _is_error_class(origin.node.func, origin.place)
            or (depth == 0 and _makes_error(origin.node.func, origin.place))
        )
        for origin in found
    )


def _makes_error(func: ast.expr, place: Place) -> bool:
    """Say whether a function of the project returns an error for others to raise."""
    for origin in origins(func, place):
        if not isinstance(origin, Definition) or origin.is_class or not origin.scope.returns:
            return False
        values = [value for _, value in returned(origin.scope, origin.inside)]
        if not values or not all(is_error(value, origin.inside, 1) for value in values):
            return False
    return True


def _is_error_class(func: ast.expr, place: Place) -> bool:
    for each in ancestry(func, place):
        if isinstance(each, External) and each.known in ERRORS:
            return True
        if isinstance(each, External) and each.dotted == "http_exceptions.HTTPException":
            return True
    return False


def _fix(place: Place, statement: ast.Return, value: ast.expr) -> Fix | None:
    if statement.value is not value:
        return None
    start, _ = place.module.source.span(statement)
    return Fix("Raise it", (Edit(start, start + len("return"), "raise"),))


RULE = Rule(
    code="RSP110",
    name="returned-exception",
    title="An error is returned instead of raised",
    standard="FastAPI: errors are raised; RFC 9110 section 15.3.1",
    patterns=("problem-details",),
    wire='HTTP/1.1 200 OK, {"status_code": 404, "detail": "...", "headers": null}',
    instead="raise it",
    fixable="safe",
    on_route=find,
    on_all=find_in_dependencies,
)

"""Headers, cookies or a status on the injected response, where another one is sent."""

import ast
from collections.abc import Iterator

from scaffold.checker import dependencies
from scaffold.checker.answers import Answer, Touch, answers, injected, returned, touches
from scaffold.checker.facts import Facts, Found, Rule
from scaffold.checker.flow import ends_after, leads_to, may_lead_to, names_in
from scaffold.checker.names import Definition
from scaffold.checker.routes import Route

WHAT = {"cookie": "the cookie", "deletion": "the deleted cookie", "status": "the status"}


def find(route: Route, facts: Facts) -> Iterator[Found]:
    """Find what is put on the injected response of an endpoint that returns another one."""
    function = route.function
    names = set(injected(function))
    if route.is_websocket:
        for touch in _touched(function, names):
            wire = "HTTP/1.1 101 Switching Protocols without it"
            reason = f"{told(touch)} is never sent: a WebSocket has no such response"
            instead = "give headers to `websocket.accept(headers=...)`"
            yield Found(touch.place.module, touch.node, reason, wire, instead)
            return
    if function.scope.yields:
        return
    others = _others(route, names)
    if names and others:
        for touch in _touched(function, names):
            dropped = _dropped_by(route, touch, others)
            if dropped is not None:
                line = dropped[0].lineno
                reason = (
                    f"{told(touch)} on the injected response is not sent: line {line} returns "
                    f"another one, a `{dropped[1].cls}`"
                )
                yield Found(touch.place.module, touch.node, reason)
                return
    yield from _of_dependencies(route, others)


def told(touch: Touch) -> str:
    """Return what is put on a response, in words."""
    if touch.what == "header":
        return f"the header `{touch.name}`" if touch.name else "the header"
    name = f" `{touch.name}`" if touch.name else ""
    return WHAT[touch.what] + name


def _touched(function: Definition, names: set[str]) -> Iterator[Touch]:
    for touch in touches(function.scope, function.inside):
        if touch.variable in names:
            yield touch


def _others(route: Route, names: set[str]) -> list[tuple[ast.Return, Answer]]:
    """Return where an endpoint returns a response that is not the injected one."""
    found = []
    for statement, value in returned(route.function.scope, route.inside):
        if isinstance(value, ast.Name) and value.id in names:
            continue
        its = answers(value, route.inside)
        if its and all(its) and its[0] is not None:
            found.append((statement, its[0]))
    return found


def _dropped_by(
    route: Route, touch: Touch, others: list[tuple[ast.Return, Answer]]
) -> tuple[ast.Return, Answer] | None:
    """Return where another response is returned, if nothing else comes after the touch."""
    tree = touch.place.module.tree
    variable = touch.variable or ""
    by_statement = {statement: answer for statement, answer in others}
    ends = [end for end in ends_after(tree, touch.statement) if isinstance(end, ast.Return)]
    for end in ends:
        answer = by_statement.get(end)
        if answer is None:
            continue
        if variable in names_in(answer.call) or _is_copied(route, answer, variable):
            return None
        if leads_to(tree, touch.statement, end) or (
            may_lead_to(tree, touch.statement, end) and all(it in by_statement for it in ends)
        ):
            return end, answer
    return None


def _is_copied(route: Route, answer: Answer, variable: str) -> bool:
    """Say whether what was put on the injected response is taken over."""
    if answer.name is None:
        return False
    for scope in (route.function.scope,):
        for call in scope.calls:
            names = names_in(call)
            if answer.name in names and variable in names:
                return True
        for assignment in scope.assignments:
            names = names_in(assignment)
            if answer.name in names and variable in names:
                return True
    return False


def _of_dependencies(route: Route, others: list[tuple[ast.Return, Answer]]) -> Iterator[Found]:
    """Find dependencies that put something on a response which is never sent."""
    returns = [each for each in route.function.scope.returns if each.value is not None]
    if not others or {statement for statement, _ in others} != set(returns):
        return
    for each in _asked_here(route):
        function = each.function
        if function is None or function.is_class or function.scope.yields:
            continue
        names = set(injected(function))
        touched = list(_touched(function, names))
        if touched and not function.scope.returns:
            reason = (
                f"{told(touched[0])} that `{function.name}` sets is not sent: the endpoint returns "
                f"a `{others[0][1].cls}` of its own"
            )
            yield Found(route.module, each.asked, reason)


def _asked_here(route: Route) -> Iterator[dependencies.Dependency]:
    """Yield what an endpoint itself asks for, for its effect alone."""
    given = route.arguments.get("dependencies")
    if given is not None and given.place.module is route.module:
        for each in dependencies.listed(given, None):
            if each.asked in route.module.tree.parents:
                yield each
    if route.module is route.function.place.module:
        yield from dependencies.of_function(route.function)


RULE = Rule(
    code="RSP113",
    name="injected-response-ignored",
    title="What is put on the injected response is dropped with it",
    standard="FastAPI: a Response that is returned is sent as it is",
    patterns=("json-direct", "cookie-set", "header-set"),
    wire="the answer without it",
    instead="put it on the response that is returned, or return data",
    on_route=find,
)

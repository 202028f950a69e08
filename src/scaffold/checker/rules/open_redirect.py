"""A redirect to wherever the request says."""

import ast
from collections.abc import Iterator

from scaffold.checker.answers import RESPONSES, answers, returned, touches
from scaffold.checker.facts import Facts, Found, Rule
from scaffold.checker.flow import own_nodes
from scaffold.checker.names import (
    Origin,
    Parameter,
    Place,
    Value,
    bare,
    derives,
    known,
    origins,
)
from scaffold.checker.routes import Route
from scaffold.checker.values import Argument, constant, entries

BRINGS = frozenset(("query_params", "cookies"))
TEXTS = frozenset(("str", "HttpUrl", "AnyUrl", "AnyHttpUrl"))
REQUESTS = frozenset(("Request", "HTTPConnection"))
HARMLESS = frozenset(("str", "unquote", "quote", "RedirectResponse"))
TELLS = frozenset(("debug", "info", "warning", "error", "print", "append", "log"))


def find(route: Route, facts: Facts) -> Iterator[Found]:
    """Find redirects to an address that a client chooses."""
    if route.is_websocket:
        return
    for target in _targets(route):
        name = chosen(target.node, target.place, route)
        if name is None or _is_checked(route, name):
            continue
        reason = f"`{name}` of the request decides where browsers go: to any site"
        node = target.node
        module = target.place.module
        yield Found(module, node, reason)


def _targets(route: Route) -> Iterator[Argument]:
    place = route.inside
    for _, value in returned(route.function.scope, place):
        found = answers(value, place)
        for answer in found:
            if answer is None or answer.place.scope is not place.scope:
                continue
            if answer.cls == "RedirectResponse":
                url = answer.arguments.get("url")
                if url is not None:
                    yield url
            headers = answer.arguments.get("headers")
            if headers is not None:
                for name, given in (entries(headers.node, headers.place) or {}).items():
                    if name.lower() == "location":
                        yield given
        if not any(found):
            cls = route.arguments.get("response_class")
            if cls is not None and known(cls.node, cls.place) == "RedirectResponse":
                yield Argument(value, place)
    for touch in touches(route.function.scope, place):
        if touch.what == "header" and touch.name == "location" and touch.value is not None:
            yield Argument(touch.value, place)


def chosen(expr: ast.expr, place: Place, route: Route, depth: int = 0) -> str | None:
    """Return what in an address a client chooses, from its beginning on; None if nothing."""
    if depth > 4:
        return None
    if isinstance(expr, ast.JoinedStr):
        return _in_text(expr, place, route, depth)
    if isinstance(expr, ast.BinOp) and isinstance(expr.op, ast.Add):
        before = constant(expr.left, place)
        if before in ("/", "//", "https://", "http://"):
            return chosen(expr.right, place, route, depth + 1)
        return chosen(expr.left, place, route, depth + 1)
    if isinstance(expr, ast.BoolOp):
        each = (chosen(value, place, route, depth + 1) for value in expr.values)
        return next(filter(None, each), None)
    if isinstance(expr, ast.Call):
        return _in_call(expr, place, route, depth)
    if isinstance(expr, ast.Subscript):
        return _brought(expr.value, expr.slice, place)
    if isinstance(expr, ast.Name):
        for origin in origins(expr, place):
            found = _of_origin(origin, expr, place, route, depth)
            if found:
                return found
    return None


def _of_origin(
    origin: Origin, expr: ast.Name, place: Place, route: Route, depth: int
) -> str | None:
    if isinstance(origin, Parameter) and origin.place.scope is route.function.scope:
        return _by_parameter(origin, route)
    if isinstance(origin, Value) and origin.node is not expr:
        return chosen(origin.node, origin.place, route, depth + 1)
    return None


def _by_parameter(origin: Parameter, route: Route) -> str | None:
    """Return a parameter of an endpoint by which any address may arrive."""
    name = origin.node.arg
    annotation, default = origin.node.annotation, origin.default
    if annotation is None:
        return None
    kind = bare(annotation)
    called = kind.attr if isinstance(kind, ast.Attribute) else getattr(kind, "id", "")
    if called not in TEXTS:
        return None
    told = ast.dump(annotation) + (ast.dump(default) if default is not None else "")
    if any(word in told for word in ("pattern", "'Depends'", "'Security'", "'Header'")):
        return None
    path = route.path or ""
    if f"{{{name}}}" in path or "{" + name + ":" in path:
        return name if f"{{{name}:path}}" in path else None
    return name


def _in_text(expr: ast.JoinedStr, place: Place, route: Route, depth: int) -> str | None:
    """Return what decides the host in an f-string."""
    parts = expr.values
    before = ""
    while parts and isinstance(parts[0], ast.Constant):
        before, parts = before + str(parts[0].value), parts[1:]
    if not parts or not isinstance(parts[0], ast.FormattedValue):
        return None
    if before in ("", "/", "//", "https://", "http://"):
        return chosen(parts[0].value, place, route, depth + 1)
    return None


def _in_call(call: ast.Call, place: Place, route: Route, depth: int) -> str | None:
    func = call.func
    if isinstance(func, ast.Attribute) and func.attr == "get" and call.args:
        return _brought(func.value, call.args[0], place)
    name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
    if name in HARMLESS and call.args:
        return chosen(call.args[0], place, route, depth + 1) if name != "quote" else None
    if isinstance(func, ast.Attribute) and func.attr in ("strip", "lower", "lstrip", "rstrip"):
        return chosen(func.value, place, route, depth + 1)
    return None


def _brought(base: ast.expr, key: ast.expr, place: Place) -> str | None:
    """Return the name of a parameter that is read from the request."""
    name = constant(key, place)
    if not isinstance(name, str):
        return None
    if isinstance(base, ast.Attribute):
        is_read = base.attr in BRINGS and _is_request(base.value, place)
        return name if is_read else None
    if isinstance(base, ast.Name):
        for origin in origins(base, place):
            if isinstance(origin, Value) and _is_form(origin):
                return name
    return None


def _is_form(origin: Value) -> bool:
    """Say whether something is what a request brings, read into a variable."""
    node = origin.node.value if isinstance(origin.node, ast.Await) else origin.node
    node = node.func if isinstance(node, ast.Call) else node
    return (
        isinstance(node, ast.Attribute)
        and node.attr in ("form", "query_params")
        and _is_request(node.value, origin.place)
    )


def _is_request(expr: ast.expr, place: Place) -> bool:
    return any(
        isinstance(origin, Parameter)
        and origin.node.annotation is not None
        and bool(derives(bare(origin.node.annotation), origin.place, REQUESTS))
        for origin in origins(expr, place)
    )


def _is_checked(route: Route, name: str) -> bool:
    """Say whether an endpoint looks at an address before it sends anybody there."""
    aliases = {name}
    scope = route.function.scope
    for statement in scope.assignments:
        if statement.value is not None and _mentions(statement.value, aliases):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            aliases |= {each.id for each in targets if isinstance(each, ast.Name)}
    return any(_looks_at(node, aliases, name, route) for node in own_nodes(scope.node))


def _looks_at(node: ast.AST, aliases: set[str], name: str, route: Route) -> bool:
    match node:
        case (
            ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test) | ast.Assert(test=test)
        ):
            return _is_test_of(test, aliases)
        case ast.Call():
            return _takes(node, aliases, route)
        case ast.Subscript(slice=key):
            return _mentions(key, aliases - {name})
    return False


def _is_test_of(test: ast.expr, aliases: set[str]) -> bool:
    """Say whether a condition asks more than whether there is an address at all."""
    if isinstance(test, ast.Name):
        return False
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return _is_test_of(test.operand, aliases)
    if isinstance(test, ast.BoolOp):
        return any(_is_test_of(each, aliases) for each in test.values)
    if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Is | ast.IsNot):
        return False
    if isinstance(test, ast.Call):
        func = test.func
        # `request.query_params.get("next")` alone asks for nothing else.
        if isinstance(func, ast.Attribute) and func.attr == "get":
            return False
    return _mentions(test, aliases)


def _takes(call: ast.Call, aliases: set[str], route: Route) -> bool:
    """Say whether a call may check an address, or make another one of it."""
    func = call.func
    name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
    if name in HARMLESS or name in TELLS or name in ("set_cookie", "get"):
        return False
    if derives(func, route.inside, RESPONSES):
        return False
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    if isinstance(func, ast.Attribute) and getattr(func.value, "id", None) in aliases:
        return name not in ("strip", "lower", "lstrip", "rstrip")
    return any(_mentions(each, aliases) for each in given)


def _mentions(node: ast.AST, names: set[str]) -> bool:
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and each.id in names:
            return True
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value in names:
            return True
    return False


RULE = Rule(
    code="RSP117",
    name="open-redirect",
    title="A redirect goes wherever the request says",
    standard="CWE-601; RFC 9110 section 17.1",
    patterns=("redirect-safe",),
    wire="location: https://attacker.example/",
    instead="redirect to paths of this service only: one `/` at the start, and no `\\`",
    on_route=find,
)

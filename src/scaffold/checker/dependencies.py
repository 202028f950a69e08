"""What FastAPI calls before an endpoint, and what it holds open until the answer has left."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from scaffold.checker.names import Definition, Place, Value, bare, known, origins
from scaffold.checker.routes import Registry, Route
from scaffold.checker.scopes import parameters
from scaffold.checker.values import Argument, Arguments

DEPENDS = frozenset(("Depends", "Security"))
DEEPEST = 6


@dataclass(eq=False)
class Dependency:
    """Something that is asked for.

    Attributes:
        function: what is called; None if that is not known.
        call: `Depends(...)`.
        place: where that stands.
        parameter: the name by which the result arrives; None where it is not wanted.
        annotation: the type of that parameter.
        asked: what in the endpoint asks for it, where a finding is shown.
        user: the function that has the parameter.
    """

    function: Definition | None
    call: ast.Call
    place: Place
    parameter: str | None
    annotation: ast.expr | None
    asked: ast.AST
    user: Definition | None

    @property
    def scope(self) -> object:
        """When its exit runs: `request`, `function`, or not known."""
        return Arguments(self.call, self.place, ["dependency"]).value("scope", "request")


def of_function(function: Definition) -> Iterator[Dependency]:
    """Yield what the parameters of a function, or of a class that is called, ask for."""
    owner = function
    if function.is_class:
        made = [scope for scope in function.scope.functions if _is_named(scope.node, "__init__")]
        if not made:
            yield from _of_fields(function)
            return
        owner = Definition(made[0].node, function.inside)
    arguments = getattr(owner.node, "args", None)
    if not isinstance(arguments, ast.arguments):
        return
    for arg, default in parameters(arguments):
        found = _asked(arg.annotation, default, owner.place)
        if found is not None:
            call, place = found
            target = _target(call, place, arg.annotation, owner.place)
            asked = default if isinstance(default, ast.Call) and default is call else arg
            yield Dependency(target, call, place, arg.arg, arg.annotation, asked, owner)


def _of_fields(owner: Definition) -> Iterator[Dependency]:
    """Yield what the attributes of a class ask for: a dataclass, or a view made of a class."""
    assert isinstance(owner.node, ast.ClassDef)
    for statement in owner.node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            found = _asked(statement.annotation, statement.value, owner.inside)
            name, annotation = statement.target.id, statement.annotation
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            found = _asked(None, statement.value, owner.inside)
            name, annotation = statement.targets[0].id, None
        else:
            continue
        if found is not None:
            call, place = found
            target = _target(call, place, annotation, owner.inside)
            yield Dependency(target, call, place, name, annotation, statement, owner)


def of_route(route: Route, registry: Registry) -> Iterator[Dependency]:
    """Yield everything that is asked for before an endpoint runs, each once."""
    seen: set[ast.AST] = set()
    stack = [(each, 0) for each in _directly(route, registry)]
    while stack:
        each, depth = stack.pop(0)
        yield each
        function = each.function
        if function is not None and function.node not in seen and depth < DEEPEST:
            seen.add(function.node)
            for inner in of_function(function):
                inner.asked = each.asked
                stack.append((inner, depth + 1))


def _directly(route: Route, registry: Registry) -> Iterator[Dependency]:
    yield from of_function(route.function)
    around = route.function.place.scope
    if around.is_class and around.parent is not None:
        owner = Definition(around.node, Place(route.function.place.module, around.parent))
        for each in _of_fields(owner):
            each.asked = route.function.node
            yield each
    given = route.arguments.get("dependencies")
    if given is not None:
        yield from listed(given, None)
    for more in registry.including(route.router):
        yield from listed(more, route.call)


def listed(given: Argument, asked: ast.AST | None) -> Iterator[Dependency]:
    """Yield what a list of dependencies holds, if that is known."""
    for origin in origins(given.node, given.place):
        if isinstance(origin, Value) and isinstance(origin.node, ast.List | ast.Tuple):
            for item in origin.node.elts:
                for each in origins(item, origin.place):
                    if isinstance(each, Value) and _is_depends(each.node, each.place):
                        assert isinstance(each.node, ast.Call)
                        target = _target(each.node, each.place, None, each.place)
                        at = asked if asked is not None else item
                        yield Dependency(target, each.node, each.place, None, None, at, None)


def _is_named(node: ast.AST, name: str) -> bool:
    return getattr(node, "name", None) == name


def _is_depends(node: ast.expr | None, place: Place) -> bool:
    return isinstance(node, ast.Call) and known(node.func, place) in DEPENDS


def _asked(
    annotation: ast.expr | None, default: ast.expr | None, place: Place
) -> tuple[ast.Call, Place] | None:
    """Return the `Depends(...)` in a parameter's default or type, and where it stands."""
    if default is not None:
        for origin in origins(default, place):
            if isinstance(origin, Value) and _is_depends(origin.node, origin.place):
                assert isinstance(origin.node, ast.Call)
                return origin.node, origin.place
    if annotation is None:
        return None
    for origin in origins(annotation, place):
        if isinstance(origin, Value) and isinstance(origin.node, ast.Subscript):
            inside = origin.node.slice
            if isinstance(inside, ast.Tuple) and _is_annotated(origin.node.value):
                for item in inside.elts[1:]:
                    for each in origins(item, origin.place):
                        if isinstance(each, Value) and _is_depends(each.node, each.place):
                            assert isinstance(each.node, ast.Call)
                            return each.node, each.place
                nested = inside.elts[0]
                if isinstance(nested, ast.Name | ast.Attribute):
                    return _asked(nested, None, origin.place)
    return None


def _is_annotated(expr: ast.expr) -> bool:
    return (
        expr.attr if isinstance(expr, ast.Attribute) else getattr(expr, "id", "")
    ) == "Annotated"


def typed(annotation: ast.expr | None, place: Place) -> tuple[ast.expr, Place] | None:
    """Return the type behind an alias and `Annotated`, and where it stands."""
    for _ in range(DEEPEST):
        if annotation is None:
            return None
        annotation = bare(annotation)
        found = origins(annotation, place)
        if len(found) != 1 or not isinstance(found[0], Value):
            return annotation, place
        if found[0].node is annotation:
            return annotation, place
        annotation, place = found[0]
    return None


def _target(
    call: ast.Call, place: Place, annotation: ast.expr | None, around: Place
) -> Definition | None:
    wanted = call.args[0] if call.args else None
    for keyword in call.keywords:
        wanted = keyword.value if keyword.arg == "dependency" else wanted
    if wanted is None:
        found = typed(annotation, around)
        if found is None:
            return None
        wanted, place = found
    origin = origins(wanted, place)
    if len(origin) != 1:
        return None
    if isinstance(origin[0], Definition):
        return origin[0]
    if isinstance(origin[0], Value) and isinstance(origin[0].node, ast.Call):
        return _callable_of(origin[0])
    return None


def _callable_of(value: Value) -> Definition | None:
    """Return what is called when an instance is, or the function that a factory returns."""
    assert isinstance(value.node, ast.Call)
    for origin in origins(value.node.func, value.place):
        if not isinstance(origin, Definition):
            return None
        if origin.is_class:
            for scope in origin.scope.functions:
                if _is_named(scope.node, "__call__"):
                    return Definition(scope.node, origin.inside)
            return None
        for statement in origin.scope.returns:
            if isinstance(statement.value, ast.Name):
                for inner in origins(statement.value, origin.inside):
                    if isinstance(inner, Definition) and not inner.is_class:
                        return inner
    return None

"""What an expression stands for: a name of a library, a definition of the project, or a value."""

import ast
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from scaffold.checker.modules import Module
from scaffold.checker.scopes import FUNCTIONS, Binding, Scope

DEEPEST = 12
FASTAPI = frozenset(("fastapi", "starlette", "sse_starlette"))


class External(NamedTuple):
    """A name outside of the project, such as `fastapi.APIRouter`."""

    dotted: str

    @property
    def known(self) -> str:
        """The name alone, if it is FastAPI's or Starlette's, from whichever of their modules."""
        top, _, rest = self.dotted.partition(".")
        return rest.rpartition(".")[2] if top in FASTAPI else ""

    @property
    def name(self) -> str:
        """The last part."""
        return self.dotted.rpartition(".")[2]

    @property
    def library(self) -> str:
        """The first part."""
        return self.dotted.partition(".")[0]


class Place(NamedTuple):
    """Where something stands: a module of the project, and a scope of that."""

    module: Module
    scope: Scope


class Definition(NamedTuple):
    """A function or class of the project."""

    node: ast.AST
    place: Place

    @property
    def scope(self) -> Scope:
        """The scope that it makes."""
        return self.place.module.tree.scopes[self.node]

    @property
    def inside(self) -> Place:
        """Where its body stands."""
        return Place(self.place.module, self.scope)

    @property
    def is_class(self) -> bool:
        """Whether it is a class."""
        return isinstance(self.node, ast.ClassDef)

    @property
    def name(self) -> str:
        """What it is called."""
        return str(getattr(self.node, "name", "<lambda>"))


class Value(NamedTuple):
    """An expression that is neither a name nor an attribute, such as a call."""

    node: ast.expr
    place: Place


class Parameter(NamedTuple):
    """A parameter of a function."""

    node: ast.arg
    default: ast.expr | None
    place: Place


class Entered(NamedTuple):
    """What a context manager gives."""

    node: ast.expr
    place: Place


class Each(NamedTuple):
    """One of what is iterated over."""

    node: ast.expr
    place: Place


class Whole(NamedTuple):
    """A module of the project."""

    module: Module


class Unknown(NamedTuple):
    """What cannot be known."""


UNKNOWN = Unknown()
Origin = External | Definition | Value | Parameter | Entered | Each | Whole | Unknown


def origins(expr: ast.expr, place: Place, depth: int = 0) -> list[Origin]:
    """Return everything that an expression may stand for.

    Args:
        expr: the expression.
        place: where it stands.
        depth: how many names were followed to it.
    """
    if depth == 0 and isinstance(expr, ast.Name | ast.Attribute):
        known_already = place.module.origins
        if expr not in known_already:
            known_already[expr] = _origins(expr, place, 0)
        return known_already[expr]
    return _origins(expr, place, depth)


def _origins(expr: ast.expr, place: Place, depth: int) -> list[Origin]:
    if depth > DEEPEST:
        return [UNKNOWN]
    if isinstance(expr, ast.Name):
        return list(_of_name(expr, place, depth))
    if isinstance(expr, ast.Attribute):
        found: list[Origin] = []
        for base in origins(expr.value, place, depth + 1):
            found += _of_attribute(base, expr.attr, depth + 1)
        return found
    if isinstance(expr, ast.Await):
        return origins(expr.value, place, depth + 1)
    if isinstance(expr, ast.NamedExpr):
        return origins(expr.value, place, depth + 1)
    if isinstance(expr, ast.IfExp):
        both = origins(expr.body, place, depth + 1) + origins(expr.orelse, place, depth + 1)
        return both
    if isinstance(expr, ast.Constant) and isinstance(expr.value, str) and _is_type(expr, place):
        return origins(unquoted(expr), place, depth + 1)
    return [Value(expr, place)]


def unquoted(expr: ast.expr) -> ast.expr:
    """Return the expression in a type that is written as text."""
    if isinstance(expr, ast.Constant) and isinstance(expr.value, str):
        try:
            return ast.parse(expr.value.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return expr
    return expr


def _is_type(expr: ast.expr, place: Place) -> bool:
    parent = place.module.tree.parents.get(expr)
    return isinstance(parent, ast.arg | ast.Subscript) or getattr(parent, "returns", None) is expr


def _of_name(expr: ast.Name, place: Place, depth: int) -> Iterator[Origin]:
    scope: Scope | None = place.scope
    first = True
    while scope is not None:
        bound = scope.bindings.get(expr.id)
        if bound and (first or not scope.is_class):
            at = expr if first else None
            for binding in reaching(bound, at, Place(place.module, scope)):
                yield from _of_binding(binding, Place(place.module, scope), depth)
            return
        first = False if not scope.is_class else first
        scope = scope.parent
    yield from _of_stars(expr.id, place.module, depth)


def reaching(bound: list[Binding], at: ast.AST | None, place: Place) -> list[Binding]:
    """Return the bindings of a name that may hold where it is used, in the same scope.

    Args:
        bound: all bindings of the name in one scope.
        at: where it is used; None for an inner scope, in which all of them may hold.
        place: the scope.
    """
    bound = [each for each in bound if not _is_declaration(each)] or bound
    line = getattr(at, "lineno", None)
    if len(bound) == 1 or line is None:
        return bound
    tree = place.module.tree
    if at not in tree.parents:
        return bound
    around = set()
    node: ast.AST | None = at
    while node is not None and node is not place.scope.node:
        around.add(node)
        node = tree.parents.get(node)
    column = getattr(at, "col_offset", 0)
    result: list[Binding] = []
    for each in bound:
        node = each.node
        if node in around:
            if isinstance(node, ast.For | ast.AsyncFor | ast.With | ast.AsyncWith):
                result = [each]  # it is used in the body
            continue
        if isinstance(node, ast.arg):
            result = [each]
            continue
        where = (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
        if where >= (line, column):
            continue
        statement = tree.statement(node)
        parent, block = tree.block(statement)
        holds = parent is place.scope.node or (
            parent in around
            and any(each in around for each in getattr(parent, block, ()) if each is not statement)
        )
        if isinstance(parent, ast.With | ast.AsyncWith):
            holds = holds or _always_runs(parent, around, place)
        result = [each] if holds else [*result, each]
    return result or bound


def _always_runs(node: ast.AST, around: set[ast.AST], place: Place) -> bool:
    """Say whether a `with` stands where it has run whenever the use is reached."""
    tree = place.module.tree
    while isinstance(node, ast.With | ast.AsyncWith):
        parent, block = tree.block(node)
        if parent is place.scope.node:
            return True
        if parent in around and any(each in around for each in getattr(parent, block, ())):
            return True
        node = parent
    return False


def _is_declaration(binding: Binding) -> bool:
    return binding.kind == "unknown" and isinstance(binding.node, ast.AnnAssign)


def _of_binding(binding: Binding, place: Place, depth: int) -> Iterator[Origin]:
    match binding.kind:
        case "import":
            yield from imported(binding.dotted, place.module, depth + 1)
        case "definition":
            yield Definition(binding.node, place)
        case "value" if binding.value is not None:
            yield from origins(binding.value, place, depth + 1)
        case "parameter":
            assert isinstance(binding.node, ast.arg)
            yield Parameter(binding.node, binding.value, place)
        case "entered" if binding.value is not None:
            yield Entered(binding.value, place)
        case "each" if binding.value is not None:
            yield Each(binding.value, place)
        case _:
            yield UNKNOWN


def imported(dotted: str, importer: Module, depth: int = 0) -> Iterator[Origin]:
    """Yield what an import gives."""
    found = importer.project.find(dotted, importer)
    if found is None:
        yield External(dotted.lstrip("."))
        return
    module, left = found
    if module is None:
        yield UNKNOWN if left else External(dotted.lstrip("."))
        return
    result: list[Origin] = [Whole(module)]
    for name in left:
        result = [each for base in result for each in _of_attribute(base, name, depth + 1)]
    yield from result


def _of_attribute(base: Origin, name: str, depth: int) -> Iterator[Origin]:
    if depth > DEEPEST * 2:
        yield UNKNOWN
    elif isinstance(base, External):
        yield External(f"{base.dotted}.{name}")
    elif isinstance(base, Whole):
        yield from _of_module(base.module, name, depth)
    elif isinstance(base, Definition) and base.is_class:
        yield from of_member(base, name, depth)
    else:
        owner = class_of(base, depth + 1)
        if owner is None:
            yield UNKNOWN
        else:
            yield from of_member(owner, name, depth, instance=True)


def has_fields(owner: Definition) -> bool:
    """Say whether annotated attributes are only defaults, as in dataclasses and in Pydantic."""
    assert isinstance(owner.node, ast.ClassDef)
    if any("dataclass" in ast.dump(each) for each in owner.node.decorator_list):
        return True
    return any(
        isinstance(each, External) and each.library.startswith(("pydantic", "sqlmodel", "attr"))
        for base in owner.node.bases
        for each in ancestry(base, owner.place)
    )


def _of_module(module: Module, name: str, depth: int) -> Iterator[Origin]:
    bound = module.tree.module.bindings.get(name)
    if bound:
        place = Place(module, module.tree.module)
        for binding in reaching(bound, None, place):
            yield from _of_binding(binding, place, depth)
        return
    inner = module.project.submodule(module, name)
    if inner is not None:
        yield Whole(inner)
        return
    yield from _of_stars(name, module, depth)


def _of_stars(name: str, module: Module, depth: int) -> Iterator[Origin]:
    for star in module.tree.module.stars:
        found = module.project.find(star, module)
        if found is None:
            if star.partition(".")[0] in FASTAPI:
                yield External(f"{star}.{name}")
                return
        elif found[0] is not None and not found[1] and depth < DEEPEST:
            inside = [each for each in _of_module(found[0], name, depth + 1) if each is not UNKNOWN]
            if inside:
                yield from inside
                return
    yield UNKNOWN


def of_member(
    owner: Definition, name: str, depth: int = 0, *, instance: bool = False
) -> Iterator[Origin]:
    """Yield what an attribute of a class, or of its instances, stands for."""
    if depth > DEEPEST * 2:
        yield UNKNOWN
        return
    bound = owner.scope.bindings.get(name)
    if bound:
        for binding in reaching(bound, None, owner.inside):
            if instance and isinstance(binding.node, ast.AnnAssign) and has_fields(owner):
                yield UNKNOWN
            else:
                yield from _of_binding(binding, owner.inside, depth + 1)
        return
    assigned = list(_set_by_methods(owner, name))
    if assigned:
        for value, place in assigned:
            yield from origins(value, place, depth + 1)
        return
    assert isinstance(owner.node, ast.ClassDef)
    for base in owner.node.bases:
        for origin in origins(base, owner.place, depth + 1):
            if isinstance(origin, Definition) and origin.is_class:
                yield from of_member(origin, name, depth + 2, instance=instance)
                return
    yield UNKNOWN


def _set_by_methods(owner: Definition, name: str) -> Iterator[tuple[ast.expr, Place]]:
    for method in owner.scope.functions:
        receiver = receiver_of(method)
        for statement in method.assignments if receiver else ():
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for target in targets:
                if (
                    isinstance(target, ast.Attribute)
                    and target.attr == name
                    and isinstance(target.value, ast.Name)
                    and target.value.id == receiver
                    and statement.value is not None
                ):
                    yield statement.value, Place(owner.place.module, method)


def receiver_of(method: Scope) -> str | None:
    """Return what a method calls its instance; None for a function or a static method."""
    if not isinstance(method.node, FUNCTIONS) or not (method.parent and method.parent.is_class):
        return None
    decorators = {each.id for each in method.node.decorator_list if isinstance(each, ast.Name)}
    arguments = [*method.node.args.posonlyargs, *method.node.args.args]
    return arguments[0].arg if arguments and "staticmethod" not in decorators else None


def class_of(origin: Origin, depth: int = 0) -> Definition | None:
    """Return the class of the project that something is an instance of, if that is known."""
    if isinstance(origin, Parameter):
        method = origin.place.scope
        if receiver_of(method) == origin.node.arg and method.parent is not None:
            return Definition(method.parent.node, _around(method.parent, origin.place.module))
        if origin.node.annotation is None:
            return None
        return _only_class(origins(bare(origin.node.annotation), origin.place, depth + 1))
    if isinstance(origin, Value) and isinstance(origin.node, ast.Call):
        return _only_class(origins(origin.node.func, origin.place, depth + 1))
    return None


def _around(scope: Scope, module: Module) -> Place:
    return Place(module, scope.parent or scope)


def _only_class(found: list[Origin]) -> Definition | None:
    match found:
        case [Definition() as only] if only.is_class:
            return only
    return None


def bare(annotation: ast.expr) -> ast.expr:
    """Return a type without `Annotated`, `Optional`, quotes and `| None`."""
    while True:
        annotation = unquoted(annotation)
        if isinstance(annotation, ast.Subscript):
            name = annotation.value
            called = name.attr if isinstance(name, ast.Attribute) else getattr(name, "id", "")
            if called == "Annotated" and isinstance(annotation.slice, ast.Tuple):
                annotation = annotation.slice.elts[0]
                continue
            if called in ("Optional", "Final", "ClassVar"):
                annotation = annotation.slice
                continue
        if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
            sides = [annotation.left, annotation.right]
            some = [side for side in sides if not is_none(side)]
            if len(some) == 1:
                annotation = some[0]
                continue
        return annotation


def is_none(expr: ast.expr | None) -> bool:
    """Say whether an expression is `None`."""
    return isinstance(expr, ast.Constant) and expr.value is None


def known(expr: ast.expr, place: Place) -> str:
    """Return the name of FastAPI or Starlette that an expression stands for, or nothing."""
    names = {
        origin.known if isinstance(origin, External) else "" for origin in origins(expr, place)
    }
    return names.pop() if len(names) == 1 else ""


def external(expr: ast.expr, place: Place) -> str:
    """Return the dotted name outside of the project that an expression stands for, or nothing."""
    names = {
        origin.dotted if isinstance(origin, External) else "" for origin in origins(expr, place)
    }
    return names.pop() if len(names) == 1 else ""


def ancestry(expr: ast.expr, place: Place, depth: int = 0) -> list[External | Definition]:
    """Return the classes that an expression stands for, with those that they derive from."""
    found: list[External | Definition] = []
    for origin in origins(expr, place):
        if isinstance(origin, External):
            found.append(origin)
        elif isinstance(origin, Definition) and origin.is_class:
            found.append(origin)
            if depth < DEEPEST:
                assert isinstance(origin.node, ast.ClassDef)
                for base in origin.node.bases:
                    found += ancestry(base, origin.place, depth + 1)
        elif isinstance(origin, Value) and isinstance(origin.node, ast.Subscript):
            found += ancestry(origin.node.value, origin.place, depth + 1)
        elif isinstance(origin, Value) and isinstance(origin.node, ast.Call):
            found += _made_classes(origin.node, origin.place, depth)
    return found


def _made_classes(call: ast.Call, place: Place, depth: int) -> list[External | Definition]:
    """Return the classes that a function of the project makes, and what they derive from."""
    found: list[External | Definition] = []
    for origin in origins(call.func, place) if depth < DEEPEST else ():
        if isinstance(origin, Definition) and not origin.is_class:
            for statement in origin.scope.returns:
                if isinstance(statement.value, ast.Name):
                    for each in origins(statement.value, origin.inside):
                        if isinstance(each, Definition) and each.is_class:
                            found += ancestry(statement.value, origin.inside, depth + 1)
    return found


def derives(expr: ast.expr, place: Place, names: frozenset[str]) -> str:
    """Return which of FastAPI's or Starlette's classes an expression is, or derives from."""
    for each in ancestry(expr, place):
        if isinstance(each, External) and each.known in names:
            return each.known
    return ""


@cache
def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name in whichever style, in lower case."""
    words: list[str] = []
    for part in name.replace("-", "_").replace(".", "_").split("_"):
        start = 0
        for index in range(1, len(part)):
            if part[index].isupper() and not part[index - 1].isupper():
                words.append(part[start:index].lower())
                start = index
        words.append(part[start:].lower())
    return tuple(word for word in words if word)

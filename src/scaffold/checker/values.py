"""The values of expressions that can be known without running anything, and arguments of calls."""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from scaffold.checker.names import DEEPEST, External, Place, Value, origins


class NotKnown:
    """What a value is that depends on the request, on settings, or on anything else."""

    def __repr__(self) -> str:
        """Return a word for it."""
        return "NOT_KNOWN"

    def __bool__(self) -> bool:
        """Nothing follows from it."""
        return False


NOT_KNOWN: Final = NotKnown()


class Argument(NamedTuple):
    """What a call is given: an expression, and where it stands."""

    node: ast.expr
    place: Place

    @property
    def value(self) -> Any:
        """Its value, or NOT_KNOWN."""
        return constant(self.node, self.place)


class Arguments:
    """The arguments of a call by the names of their parameters.

    Attributes:
        given: what is known to be given.
        complete: whether nothing else can be given, as `**options` could.
        keywords: where each stands in the call itself.
    """

    def __init__(self, call: ast.Call, place: Place, names: Sequence[str]) -> None:
        """Match arguments to names.

        Args:
            call: the call.
            place: where it stands.
            names: the parameters that can be positional, in their order.
        """
        self.call = call
        self.given: dict[str, Argument] = {}
        self.complete = True
        self.keywords: dict[str, ast.expr] = {}
        for name, node in zip(names, call.args, strict=False):
            if isinstance(node, ast.Starred):
                break
            self._give(name, node, place)
        if len(call.args) > len(names) or any(isinstance(it, ast.Starred) for it in call.args):
            self.complete = False
        for keyword in call.keywords:
            if keyword.arg is not None:
                self._give(keyword.arg, keyword.value, place)
                continue
            more = entries(keyword.value, place)
            if more is None:
                self.complete = False
            else:
                self.given = {**more, **self.given}

    def _give(self, name: str, node: ast.expr, place: Place) -> None:
        self.given[name] = Argument(node, place)
        self.keywords[name] = node

    def __contains__(self, name: str) -> bool:
        """Say whether an argument is given."""
        return name in self.given

    def get(self, name: str) -> Argument | None:
        """Return an argument; None if it is not given, as far as one sees."""
        return self.given.get(name)

    def value(self, name: str, default: Any) -> Any:
        """Return the value of an argument, its default if it is left out, or NOT_KNOWN."""
        argument = self.given.get(name)
        if argument is None:
            return default if self.complete else NOT_KNOWN
        return argument.value


def entries(expr: ast.expr, place: Place) -> dict[str, Argument] | None:
    """Return what a dictionary with known keys holds; None if it is not known."""
    found = origins(expr, place)
    if len(found) != 1 or not isinstance(found[0], Value):
        return None
    node, where = found[0]
    if isinstance(node, ast.Dict):
        result: dict[str, Argument] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                more = entries(value, where)
                if more is None:
                    return None
                result |= more
                continue
            name = constant(key, where)
            if not isinstance(name, str):
                return None
            result[name] = Argument(value, where)
        return result
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
        if node.args or any(keyword.arg is None for keyword in node.keywords):
            return None
        return {str(each.arg): Argument(each.value, where) for each in node.keywords}
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        left, right = entries(node.left, where), entries(node.right, where)
        return None if left is None or right is None else left | right
    return None


def constant(expr: ast.expr, place: Place, depth: int = 0) -> Any:
    """Return the value of an expression, the same whenever it is evaluated, or NOT_KNOWN.

    Lists and sets are tuples; what in them is not known is NOT_KNOWN.
    """
    if isinstance(expr, ast.Constant):
        return expr.value
    if depth > DEEPEST:
        return NOT_KNOWN
    if isinstance(expr, ast.Name | ast.Attribute):
        return _of_name(expr, place, depth)
    match expr:
        case ast.Tuple() | ast.List() | ast.Set():
            return tuple(_items(expr.elts, place, depth))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            value = constant(operand, place, depth + 1)
            return NOT_KNOWN if value is NOT_KNOWN else not value
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            value = constant(operand, place, depth + 1)
            return -value if isinstance(value, int | float) else NOT_KNOWN
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            first, second = (constant(it, place, depth + 1) for it in (left, right))
            if type(first) is type(second) and isinstance(first, str | tuple):
                return first + second
        case ast.JoinedStr(values=values):
            parts = [constant(each, place, depth + 1) for each in values]
            return "".join(map(str, parts)) if NOT_KNOWN not in parts else NOT_KNOWN
        case ast.FormattedValue(value=value, format_spec=None):
            found = constant(value, place, depth + 1)
            return found if isinstance(found, str | int) else NOT_KNOWN
        case ast.Call(func=ast.Name(id="str" | "int" | "list" | "tuple" | "set"), args=[only]):
            return constant(only, place, depth + 1)
        case ast.Call(func=ast.Attribute(value=text, attr="lower" | "upper" as how), args=[]):
            found = constant(text, place, depth + 1)
            return getattr(found, how)() if isinstance(found, str) else NOT_KNOWN
        case ast.Call(func=ast.Attribute(attr="split", value=text), args=[by]):
            found, at = constant(text, place, depth + 1), constant(by, place, depth + 1)
            return tuple(found.split(at)) if isinstance(found, str) and at else NOT_KNOWN
    return NOT_KNOWN


def _items(nodes: Iterable[ast.expr], place: Place, depth: int) -> Iterator[Any]:
    for node in nodes:
        if isinstance(node, ast.Starred):
            more = constant(node.value, place, depth + 1)
            yield from more if isinstance(more, tuple) else (NOT_KNOWN,)
        else:
            yield constant(node, place, depth + 1)


def _of_name(expr: ast.Name | ast.Attribute, place: Place, depth: int) -> Any:
    values = []
    for origin in origins(expr, place):
        if isinstance(origin, External):
            values.append(_of_library(origin))
        elif isinstance(origin, Value) and origin.node is not expr:
            values.append(constant(origin.node, origin.place, depth + 1))
        else:
            values.append(NOT_KNOWN)
    if values and values[0] is not NOT_KNOWN and all(value == values[0] for value in values):
        return values[0]
    if isinstance(expr, ast.Attribute) and expr.attr == "value":
        return constant(expr.value, place, depth + 1)
    return NOT_KNOWN


def _of_library(origin: External) -> Any:
    name = origin.name
    if origin.known.startswith("HTTP_"):
        number = name.split("_")[1]
        return int(number) if number.isdecimal() else NOT_KNOWN
    if origin.dotted.startswith("http.HTTPStatus."):
        status = HTTPStatus.__members__.get(name)
        return int(status) if status else NOT_KNOWN
    return NOT_KNOWN


def texts(expr: ast.expr | None, place: Place) -> str:
    """Return what is known of a text: every part that is not known is one character, U+FFFC."""
    if expr is None:
        return HOLE
    value = constant(expr, place)
    if isinstance(value, str):
        return value
    match expr:
        case ast.JoinedStr(values=values):
            return "".join(texts(each, place) for each in values)
        case ast.FormattedValue(value=inner):
            found = constant(inner, place)
            return str(found) if isinstance(found, str | int) else HOLE
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return texts(left, place) + texts(right, place)
        case ast.BinOp(left=left, op=ast.Mod()):
            return _without_percents(texts(left, place))
        case ast.Call(func=ast.Attribute(value=text, attr="format")):
            return _without_braces(texts(text, place))
        case ast.Name():
            found = origins(expr, place)
            if len(found) == 1 and isinstance(found[0], Value):
                return texts(found[0].node, found[0].place)
    return HOLE


HOLE = "\ufffc"


def _without_percents(text: str) -> str:
    head, *rest = text.split("%")
    return head + "".join(HOLE + part[1:] for part in rest)


def _without_braces(text: str) -> str:
    parts = []
    for part in text.split("{"):
        parts.append(part.partition("}")[2] if "}" in part else part)
    return HOLE.join(parts)


def first_of(given: Mapping[str, Argument], *names: str) -> Argument | None:
    """Return the first of several arguments that is given."""
    return next((given[name] for name in names if name in given), None)

"""Small changes to a Python module, each of which a test should notice."""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
}
EXCUSED_DECORATORS = {"dataclass"}
"""Their options (`frozen`, `slots`) change how code is written, not what it does."""


@dataclass(frozen=True)
class Mutant:
    """A module with one change."""

    line: int
    before: str
    after: str
    source: bytes

    @property
    def change(self) -> str:
        """Return the change in one line, the same wherever the code moves to."""
        return f"{' '.join(self.before.split())} -> {self.after}"


def mutants(source: str) -> list[Mutant]:
    """Return every change of the module's source, from top to bottom."""
    raw = source.encode()
    starts = [0]
    for line in raw.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found: dict[tuple[int, str, str], Mutant] = {}
    for node in _changeable(ast.parse(source)):
        for target, after in _changes(node):
            begin = starts[target.lineno - 1] + target.col_offset
            end = starts[(target.end_lineno or 0) - 1] + (target.end_col_offset or 0)
            before = raw[begin:end].decode()
            changed = raw[:begin] + after.encode() + raw[end:]
            mutant = Mutant(target.lineno, before, after, changed)
            if _compiles(changed) and before != after:
                found.setdefault((begin, before, after), mutant)
    return sorted(found.values(), key=lambda mutant: mutant.line)


def _compiles(source: bytes) -> bool:
    try:
        compile(source, "mutant", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def _changeable(node: ast.AST, function: bool = False) -> Iterator[ast.expr | ast.stmt]:
    """Yield the nodes that say what the code does: no docstrings, no plain annotations."""
    if isinstance(node, ast.stmt | ast.expr) and (function or not isinstance(node, ast.Assign)):
        yield node
    inside = function or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or _is_text(child) or _is_type_variable(child):
                continue
            if isinstance(node, ast.JoinedStr) and isinstance(child, ast.Constant):
                continue  # before Python 3.12 it has the place of the whole f-string
            if name in ("annotation", "returns") or _is_type(node, name):
                yield from _metadata(child)
            elif not (name == "decorator_list" and _is_excused(child)):
                yield from _changeable(child, inside)


def _is_type(node: ast.AST, field: str) -> bool:
    """Say whether a field holds a type: what is cast to, or the argument of a generic class."""
    if isinstance(node, ast.Subscript) and field == "slice":
        return isinstance(node.value, ast.Name) and node.value.id[:1].isupper()
    return False


def _metadata(annotation: ast.AST) -> Iterator[ast.expr]:
    """Yield what an annotation says beside types: `Header(ge=0)` inside `Annotated`."""
    for node in ast.walk(annotation):
        if isinstance(node, ast.Call):
            yield from (one for one in _changeable(node) if isinstance(one, ast.expr))


def _is_text(node: ast.AST) -> bool:
    """Say whether a statement is a docstring, or a text that documents the name above it."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _is_type_variable(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("ParamSpec", "TypeVar", "TypeVarTuple")
    )


def _is_excused(decorator: ast.AST) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Name) and called.id in EXCUSED_DECORATORS


def _changes(node: ast.expr | ast.stmt) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """Yield what is replaced, the node or a part of it, and by which text."""
    match node:
        case ast.Constant():
            yield from ((node, repr(other)) for other in _other_constants(node.value))
        case ast.JoinedStr():
            yield node, ast.unparse(ast.JoinedStr([*node.values, ast.Constant("X")]))
        case ast.Compare():
            for place, operator in enumerate(node.ops):
                changed = copy.deepcopy(node)
                changed.ops[place] = COMPARISONS[type(operator)]()
                yield node, f"({ast.unparse(changed)})"
        case ast.BoolOp():
            other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield node, f"({ast.unparse(ast.BoolOp(other, node.values))})"
        case ast.UnaryOp(op=ast.Not()):
            yield node, f"({ast.unparse(node.operand)})"
        case ast.BinOp() if type(node.op) in ARITHMETIC:
            swapped = ast.BinOp(node.left, ARITHMETIC[type(node.op)](), node.right)
            yield node, f"({ast.unparse(swapped)})"
        case ast.IfExp():
            yield node, f"({ast.unparse(node.body)})"
            yield node, f"({ast.unparse(node.orelse)})"
        case ast.If() | ast.While():
            if not isinstance(node.test, ast.Compare):  # which is turned round above
                yield node.test, f"not ({ast.unparse(node.test)})"
        case ast.Call():
            for place in range(len(node.keywords)):
                shorter = copy.deepcopy(node)
                del shorter.keywords[place]
                yield node, ast.unparse(shorter)
        case ast.Expr(value=ast.Call() | ast.Await() | ast.Yield() | ast.YieldFrom()):
            yield node, "pass"
        case ast.Assign() | ast.AugAssign() | ast.Raise() | ast.Continue() | ast.Break():
            yield node, "pass"
        case ast.Return(value=ast.expr()):
            yield node, "return None"


def _other_constants(value: object) -> Iterator[object]:
    match value:
        case bool():
            yield not value
        case int() | float():
            yield value + 1
        case str():
            yield f"{value}X"
        case bytes():
            yield value + b"X"

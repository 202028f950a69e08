"""What the names in a module mean, to notice a merge in which one means something else."""

import ast
import builtins
import symtable
from collections.abc import Iterator

MODULE_NAMES = {"__file__", "__name__", "__doc__", "__path__", "__spec__", "__package__"}

Meaning = dict[str, str]
"""The names of one scope, each with what kind of thing it is there."""


def contested(base: str, ours: str, theirs: str, merged: str) -> set[str]:
    """Return the functions and classes in which a name does not mean any more what a side meant.

    A name that belongs to the module as a whole is told as the empty string.

    Args:
        base: the module from which both sides come.
        ours: what its owner has made of it.
        theirs: what is wanted.
        merged: what became of both.
    """
    before, mine, other, made = (_scopes(source) for source in (base, ours, theirs, merged))
    known = {name for side in (ours, theirs) for _, name in _undefined(side)}
    found = {scope for scope, name in _undefined(merged) if name not in known}
    for scope, meaning in made.items():
        sides = (before.get(scope, {}), mine.get(scope, {}), other.get(scope, {}))
        if any(_clashes(name, *sides) for name in meaning):
            found.add(scope)
    return {scope.partition(".")[0] for scope in found}


def _clashes(name: str, before: Meaning, mine: Meaning, other: Meaning) -> bool:
    """Say whether both sides have brought a name, and mean two things by it."""
    if name in before or name not in mine or name not in other:
        return False
    return mine[name] != other[name]


def _scopes(source: str) -> dict[str, Meaning]:
    """Return what the names of each scope mean, by the scope's dotted name."""
    found: dict[str, Meaning] = {"": dict(_bound(ast.parse(source)))}
    for path, table in _tables(symtable.symtable(source, "module", "exec"), ""):
        found[path] = {symbol.get_name(): _kind(symbol) for symbol in table.get_symbols()}
    return found


def _tables(table: symtable.SymbolTable, path: str) -> Iterator[tuple[str, symtable.SymbolTable]]:
    for child in table.get_children():
        inner = f"{path}.{child.get_name()}".lstrip(".")
        yield inner, child
        yield from _tables(child, inner)


def _kind(symbol: symtable.Symbol) -> str:
    if symbol.is_parameter():
        return "parameter"
    if symbol.is_global():
        return "global"
    return "free" if symbol.is_free() else "local"


def _bound(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield what a module's top level binds, each with where it comes from."""
    for node in tree.body:
        match node:
            case ast.Import(names=names):
                for alias in names:
                    yield alias.asname or alias.name.partition(".")[0], "a module"
            case ast.ImportFrom(names=names):
                for alias in names:
                    yield alias.asname or alias.name, f"{node.module}.{alias.name}"
            case _:
                yield from ((name, "itself") for name in _names_of(node))


def _names_of(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name
        return
    for node in ast.walk(statement):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.alias(asname=str(name)):
                yield name
            case ast.alias(name=name):
                yield name.partition(".")[0]
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
            ):
                yield name


def _undefined(source: str) -> Iterator[tuple[str, str]]:
    """Yield the names that a module uses and nothing defines, each behind its scope."""
    tree = ast.parse(source)
    known = {name for name, _ in _bound(tree)} | set(dir(builtins)) | MODULE_NAMES
    top = symtable.symtable(source, "module", "exec")
    if "*" in known:
        return
    for path, table in [("", top), *_tables(top, "")]:
        for symbol in table.get_symbols():
            is_free = symbol.is_global() or table is top
            if is_free and symbol.is_referenced() and symbol.get_name() not in known:
                yield path, symbol.get_name()

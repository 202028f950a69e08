"""Functions of three versions brought to one form, so that they differ only in what they do.

A name that the owner has given to a local variable is given to it in all versions. And where one
version returns a value at once, which another first puts into a variable to work on it, all do the
latter.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scaffold.merge.python.alignment import aligned
from scaffold.merge.python.pieces import Piece
from scaffold.project.python_text import Edit

Sources = tuple[str, str, str]
"""Base, ours and theirs."""


def functions(source: str) -> dict[str, Piece]:
    """Return the functions at the top level of a module."""
    found = {}
    for piece in Piece.of(source).named():
        definition = piece.field("definition") or piece
        name = definition.field("name")
        if definition.kind == "function_definition" and name is not None:
            found[name.text] = definition
    return found


def with_names(sources: Sources) -> Sources:
    """Return versions in which local variables have the names that their owner has given them."""
    base, ours, theirs = map(functions, sources)
    edits: tuple[list[Edit], list[Edit]] = ([], [])
    for name in base.keys() & ours.keys() & theirs.keys():
        words = _renamed(base[name], ours[name])
        for function, found in zip((base[name], theirs[name]), edits, strict=True):
            used = {node.text for node in function.uses()}
            fresh = {old: new for old, new in words.items() if new not in used}
            found += [
                Edit(node.start, node.stop, fresh[node.text])
                for node in function.uses()
                if node.text in fresh
            ]
    return _edited(sources[0], edits[0]), sources[1], _edited(sources[2], edits[1])


def _renamed(base: Piece, ours: Piece) -> dict[str, str]:
    """Return the local names of a function that its owner has changed, each with the new one."""
    known, used = ({node.text for node in side.uses()} for side in (base, ours))
    found: dict[str, str] = {}
    for old, new in _pairs(base, ours):
        is_new = old not in used and new not in known
        if is_new and found.setdefault(old, new) != new:
            return {}
    bound = set(_bound(base))
    return {old: new for old, new in found.items() if old in bound}


def _pairs(base: Piece, ours: Piece) -> Iterator[tuple[str, str]]:
    """Yield the identifiers by which statements differ that differ in no more."""
    for part in ("parameters", "body"):
        before, after = (side.field(part) for side in (base, ours))
        if before is None or after is None:
            return
        items = before.named(), after.named()
        places = aligned(*items, lambda piece: None)
        for place, item in zip(places, items[1], strict=True):
            if place is not None:
                one, other = list(items[0][place].leaves()), list(item.leaves())
                differ = [pair for pair in zip(one, other, strict=False) if pair[0] != pair[1]]
                kinds = {kind for pair in differ for kind, _ in pair}
                if len(one) == len(other) and kinds == {"identifier"}:
                    yield from ((old, new) for (_, old), (_, new) in differ)


def _bound(function: Piece) -> Iterator[str]:
    """Yield the parameters of a function, and what its statements assign to."""
    parameters, body = function.field("parameters"), function.field("body")
    for parameter in parameters.named() if parameters else []:
        yield from [text for kind, text in parameter.leaves() if kind == "identifier"][:1]
    for statement in body.named() if body else []:
        if name := _assigned(statement):
            yield name


def _assigned(statement: Piece) -> str | None:
    inner = statement.named()[0] if statement.kind == "expression_statement" else statement
    left = inner.field("left") if inner.kind == "assignment" else None
    return left.text if left is not None and left.kind == "identifier" else None


@dataclass(frozen=True)
class Returned:
    """How a function ends: with the statement `return value`.

    Attributes:
        statement: that.
        value: its value.
        name: the name of the variable in which the value is, of a statement in front of it.
    """

    statement: Piece
    value: Piece
    name: str | None


def _returned(function: Piece) -> Returned | None:
    body = function.field("body")
    found = body.named() if body else []
    if not found or found[-1].kind != "return_statement" or not found[-1].named():
        return None
    value = found[-1].named()[0]
    is_named = value.text in {_assigned(statement) for statement in found}
    return Returned(found[-1], value, value.text if is_named else None)


def with_returns(sources: Sources) -> tuple[Sources, dict[str, str]]:
    """Return versions that return values in one way, and by function the variables for that."""
    versions = [
        {
            name: found
            for name, function in functions(source).items()
            if (found := _returned(function))
        }
        for source in sources
    ]
    base, ours, theirs = versions
    names: dict[str, str] = {}
    for name in base.keys() & ours.keys() & theirs.keys():
        before, after = base[name].name, theirs[name].name
        if (before is None) != (after is None):
            names[name] = before or after or ""
    made = [
        _edited(
            source, [e for name, variable in names.items() for e in _kept(version[name], variable)]
        )
        for source, version in zip(sources, versions, strict=True)
    ]
    return (made[0], made[1], made[2]), names


def _kept(found: Returned, variable: str) -> Iterator[Edit]:
    """Yield what puts the value into a variable first."""
    if found.name is None:
        statement = found.statement
        yield Edit(statement.start, found.value.start, f"{variable} = ")
        end = statement.module.line_end(statement.stop)
        yield Edit(end, end, f"\n{' ' * statement.indent}return {variable}")


def without_variables(source: str, names: dict[str, str]) -> str:
    """Return a module in which functions return at once what is put into a variable for nothing."""
    edits = []
    for name, function in functions(source).items():
        body = function.field("body")
        statements = body.named() if body and name in names else []
        if len(statements) > 1 and _assigned(statements[-2]) == names[name]:
            last, before = statements[-1], statements[-2]
            value = before.named()[0].field("right")
            between = last.between(before.module.line_end(before.stop), last.start)
            if last.text == f"return {names[name]}" and value is not None and not between.strip():
                end = last.module.line_end(before.stop)
                edits.append(Edit(before.start, value.start, "return "))
                edits.append(Edit(end, last.stop, ""))
    return _edited(source, edits)


def _edited(source: str, edits: Sequence[Edit]) -> str:
    return Piece.of(source).module.edited(edits).decode() if edits else source

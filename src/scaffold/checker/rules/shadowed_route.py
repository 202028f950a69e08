"""A route that no request reaches, because one before it takes all of them."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scaffold.checker.facts import Facts, Found, Rule
from scaffold.checker.findings import Edit, Fix
from scaffold.checker.flow import conditions
from scaffold.checker.routes import Inclusion, Mount, Route, Router
from scaffold.checker.source import Source

PARAMETER = re.compile(r"\{([^{}:]+)(?::([^{}]+))?\}")
CONVERTORS = {
    "str": r"[^/]+",
    "path": r".*",
    "int": r"[0-9]+",
    "float": r"[0-9]+(\.[0-9]+)?",
    "uuid": r"[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}",
}
NARROWER: Mapping[str, frozenset[str]] = {
    "str": frozenset(("str", "int", "float", "uuid")),
    "path": frozenset(CONVERTORS),
    "int": frozenset(("int",)),
    "float": frozenset(("int", "float")),
    "uuid": frozenset(("uuid",)),
}
"""Which kinds of parameters each kind takes all values of."""


Entry = Route | Inclusion | Mount


@dataclass(frozen=True)
class Served:
    """A route, or another application, with the whole path that it has in an application."""

    path: str
    entry: Route | Mount
    order: tuple[Entry, ...]


def find(facts: Facts) -> Iterator[Found]:
    """Find routes behind one that takes all of their requests."""
    told: set[int] = set()
    for router in facts.registry.routers.values():
        before = _Before()
        for later in _served(router, "", (), frozenset()):
            route = later.entry
            if isinstance(route, Route) and id(route) not in told:
                for earlier in before.candidates(later.path):
                    if _hides(earlier, route, later):
                        told.add(id(route))
                        yield _found(earlier, route, later)
                        break
            before.add(later)


class _Before:
    """Routes by the segments of their paths, so that each meets only those that may hide it."""

    def __init__(self) -> None:
        self._root = _Node()
        self._count = 0

    def add(self, served: Served) -> None:
        """Take one more route."""
        self._count += 1
        node = self._root
        for segment in served.path.split("/"):
            if ":path}" in segment:
                node.rest.append((self._count, served))
                return
            if "{" in segment:
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.fixed.setdefault(segment, _Node())
        node.ends.append((self._count, served))

    def candidates(self, path: str) -> list[Served]:
        """Return the routes that may take all requests of a path, in the order of matching."""
        found: list[tuple[int, Served]] = []
        nodes = [self._root]
        for segment in [*path.split("/"), None]:
            inner: list[_Node] = []
            for node in nodes:
                found += node.rest
                if segment is None:
                    found += node.ends
                    continue
                if node.parameter is not None:
                    inner.append(node.parameter)
                if segment in node.fixed:
                    inner.append(node.fixed[segment])
            nodes = inner
        return [served for _, served in sorted(found, key=lambda each: each[0])]


class _Node:
    """What may follow a part of a path."""

    def __init__(self) -> None:
        self.fixed: dict[str, _Node] = {}
        self.parameter: _Node | None = None
        self.ends: list[tuple[int, Served]] = []
        self.rest: list[tuple[int, Served]] = []


def _served(
    router: Router, prefix: str, order: tuple[Entry, ...], seen: frozenset[int]
) -> Iterator[Served]:
    """Yield the routes of a router, and of those that it includes, in the order of matching."""
    own = router.prefix
    if own is None or id(router) in seen:
        return
    for entry in router.entries:
        here = (*order, entry)
        if isinstance(entry, Route):
            if entry.path is not None and entry.methods and not entry.is_websocket:
                yield Served(prefix + own + entry.path, entry, here)
        elif isinstance(entry, Mount):
            yield Served(f"{prefix}{own}{entry.path.rstrip('/')}/{{path:path}}", entry, here)
        elif entry.router is not None:
            value = entry.arguments.value("prefix", "")
            if isinstance(value, str):
                yield from _served(entry.router, prefix + own + value, here, seen | {id(router)})


def _hides(earlier: Served, route: Route, later: Served) -> bool:
    if isinstance(earlier.entry, Route):
        if earlier.entry.function.node is route.function.node:
            return False
        if not route.methods <= earlier.entry.methods:
            return False
    return covers(earlier.path, later.path) and _comes_first(earlier, later)


def _comes_first(earlier: Served, later: Served) -> bool:
    """Say whether a route is surely registered before another one."""
    pairs = zip(earlier.order, later.order, strict=False)
    depth = next(index for index, (mine, its) in enumerate(pairs) if mine is not its)
    first, then = earlier.order[depth], later.order[depth]
    if first.place.scope is not then.place.scope:
        return False
    if _conditions(first) != _conditions(then)[: len(_conditions(first))]:
        return False
    return not any(map(_conditions, earlier.order[depth + 1 :]))


def _conditions(entry: Entry) -> list[tuple[ast.AST, str]]:
    return conditions(entry.place.module.tree, entry.statement)


def covers(first: str, then: str) -> bool:
    """Say whether a path takes every request that another one takes."""
    if first == then:
        return True
    mine, its = first.split("/"), then.split("/")
    for index, segment in enumerate(mine):
        whole = PARAMETER.fullmatch(segment)
        if whole and whole[2] == "path" and index == len(mine) - 1:
            return len(its) > index
        if index >= len(its):
            return False
        if not _segment_covers(segment, its[index]):
            return False
    return len(mine) == len(its)


def _segment_covers(mine: str, its: str) -> bool:
    if ":path}" in its:
        return False
    whole = PARAMETER.fullmatch(mine)
    if whole is None:
        return _shape(mine) == _shape(its)
    kind = whole[2] or "str"
    if kind not in CONVERTORS:
        return False
    other = PARAMETER.fullmatch(its)
    if other is not None:
        return (other[2] or "str") in NARROWER[kind]
    if "{" in its:
        return kind == "str"
    return re.fullmatch(CONVERTORS[kind], its) is not None


def _shape(segment: str) -> str:
    return PARAMETER.sub(lambda found: "{:" + (found[2] or "str") + "}", segment)


def _found(earlier: Served, its: Route, later: Served) -> Found:
    mine = earlier.entry
    method = sorted(its.methods)[0]
    where = f"line {mine.statement.lineno}"
    if mine.place.module is not its.module:
        where = f"{mine.place.module.source.shown}:{mine.statement.lineno}"
    path = earlier.path if isinstance(mine, Route) else f"mount({mine.path!r})"
    reason = (
        f"no request reaches `{method} {later.path}`: `{path}`, registered before it "
        f"({where}), takes it"
    )
    if isinstance(mine, Mount):
        wire = f"{method} {later.path} is answered by the application that is mounted"
        instead = "mount it behind the routes"
        return Found(its.module, its.call, reason, wire, instead)
    same = _plain(earlier.path) == _plain(later.path)
    wire = f"{method} {later.path} is answered by `{mine.function.name}`"
    if not same and _is_typed(mine, earlier.path, later.path):
        wire += ": HTTP/1.1 422 Unprocessable Entity"
    instead = "remove one of the two" if same else "register the route without the parameter first"
    fix = _moved(mine, its) if not same else None
    return Found(its.module, its.call, reason, wire, instead, fix)


def _plain(path: str) -> str:
    return PARAMETER.sub("{}", path)


def _is_typed(route: Route, path: str, hidden: str) -> bool:
    """Say whether a parameter that takes a fixed segment is no text for the endpoint."""
    for mine, its in zip(path.split("/"), hidden.split("/"), strict=False):
        found = PARAMETER.fullmatch(mine)
        if found and "{" not in its:
            for arg in getattr(getattr(route.function.node, "args", None), "args", ()):
                if arg.arg == found[1] and isinstance(arg.annotation, ast.Name):
                    return arg.annotation.id in ("int", "UUID", "float", "bool", "date")
    return False


def _moved(earlier: Route, later: Route) -> Fix | None:
    """Return the fix that moves a function with its decorators before another one."""
    first, then = earlier.statement, later.statement
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    if earlier.module is not later.module or earlier.place.scope is not later.place.scope:
        return None
    if not isinstance(first, functions) or not isinstance(then, functions):
        return None
    tree = earlier.module.tree
    block, name = tree.block(first)
    if tree.block(then) != (block, name):
        return None
    body = getattr(block, name)
    between = body[body.index(first) + 1 : body.index(then)]
    if len(then.decorator_list) != 1 or not all(isinstance(it, functions) for it in between):
        return None
    source = earlier.module.source
    start, end = _lines(source, then)
    target, _ = _lines(source, first)
    text = source.text[start:end]
    gap = "\n\n" if first.col_offset == 0 else "\n"
    before = source.text[:start]
    removed = len(before) - len(before.rstrip("\n"))
    edits = (
        Edit(target, target, text.rstrip("\n") + "\n" + gap),
        Edit(start - removed, end, "\n"),
    )
    return Fix(f"Move `{later.function.name}` before `{earlier.function.name}`", edits)


def _lines(source: Source, node: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[int, int]:
    """Return where the lines of a function begin and end, comments above it included."""
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    while first > 1 and source.lines[first - 2].lstrip().startswith("#"):
        first -= 1
    start = source.offset(first, 0)
    _, end = source.span(node)
    line_end = source.text.find("\n", end)
    return start, (line_end + 1 if line_end >= 0 else len(source.text))


RULE = Rule(
    code="RSP102",
    name="shadowed-route",
    title="A route is hidden by one that is registered before it",
    standard="Starlette: routes are tried in the order in which they are registered",
    patterns=("redirect",),
    wire="HTTP/1.1 422 Unprocessable Entity",
    instead="register the route without the parameter first",
    fixable="safe",
    on_all=find,
)

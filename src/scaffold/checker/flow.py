"""Which statements follow one another inside of a function."""

import ast
from collections.abc import Iterator

from scaffold.checker.scopes import SCOPED, Tree

LOOPS = (ast.For, ast.AsyncFor, ast.While)
TRIES = (ast.Try, ast.TryStar)
ENDS = (ast.Return, ast.Raise)


def blocks(tree: Tree, statement: ast.stmt) -> Iterator[tuple[list[ast.stmt], int, ast.AST]]:
    """Yield the lists of statements around one, the innermost first, up to the function's own.

    With each list come the place in it, and the node to which it belongs.
    """
    node: ast.AST = statement
    while True:
        if isinstance(node, ast.ExceptHandler | ast.match_case):
            node = tree.parents[node]
            continue
        assert isinstance(node, ast.stmt)
        parent, name = tree.block(node)
        block = getattr(parent, name, [])
        yield block, block.index(node) if node in block else 0, parent
        if isinstance(parent, (*SCOPED, ast.Module)):
            return
        node = parent


def ends_after(tree: Tree, statement: ast.stmt) -> list[ast.Return | ast.Raise]:
    """Return every statement that may end the function after this one."""
    found: list[ast.Return | ast.Raise] = []
    for block, index, parent in blocks(tree, statement):
        for later in block[index + 1 :]:
            found += ends_in(later)
            if terminates(later):
                return found
        if isinstance(parent, TRIES) and any(block is part for part in (parent.body,)):
            for each in [*parent.orelse, *parent.finalbody]:
                found += ends_in(each)
                if terminates(each):
                    return found
    return found


def ends_in(statement: ast.stmt) -> list[ast.Return | ast.Raise]:
    """Return every statement inside of one, itself included, that ends the function."""
    return [node for node in own_nodes(statement) if isinstance(node, ENDS)]


def own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and all inside of it, but not what functions in it hold, in order."""
    stack = [node]
    while stack:
        each = stack.pop()
        yield each
        if isinstance(each, SCOPED) and each is not node:
            continue
        stack += reversed(list(ast.iter_child_nodes(each)))


def terminates(statement: ast.stmt) -> bool:
    """Say whether nothing behind a statement is reached from it."""
    match statement:
        case ast.Return() | ast.Raise() | ast.Continue() | ast.Break():
            return True
        case ast.If(body=body, orelse=orelse):
            return bool(orelse) and _all_end(body) and _all_end(orelse)
        case ast.With(body=body) | ast.AsyncWith(body=body):
            return _all_end(body)
        case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=final):
            through = _all_end(body) or _all_end(orelse)
            return _all_end(final) or (through and all(_all_end(each.body) for each in handlers))
        case ast.Match(cases=cases):
            last = cases[-1].pattern
            covers = isinstance(last, ast.MatchAs) and last.pattern is None
            return covers and all(_all_end(case.body) for case in cases)
    return False


def _all_end(body: list[ast.stmt]) -> bool:
    return any(map(terminates, body))


def certain_end(tree: Tree, statement: ast.stmt) -> ast.Return | ast.Raise | None:
    """Return the statement that surely ends the function once another one has run.

    None where there are several, or where an exception handler may go on.
    """
    for block, index, parent in blocks(tree, statement):
        for later in block[index + 1 :]:
            if isinstance(later, ENDS):
                return later
            if ends_in(later) or terminates(later):
                return None
        if isinstance(parent, LOOPS) or (isinstance(parent, TRIES) and block is parent.body):
            return None
    return None


def leads_to(tree: Tree, first: ast.stmt, then: ast.stmt) -> bool:
    """Say whether a statement has always run when another one is reached."""
    around: set[ast.AST] = {then}
    node: ast.AST = then
    while not isinstance(node, (*SCOPED, ast.Module)):
        around.add(node)
        node = tree.parents[node]
    block, index, _ = next(blocks(tree, first))
    return first not in around and any(later in around for later in block[index + 1 :])


def may_lead_to(tree: Tree, first: ast.stmt, then: ast.stmt) -> bool:
    """Say whether a statement may be reached after another one."""
    around: set[ast.AST] = set()
    node: ast.AST = then
    while not isinstance(node, (*SCOPED, ast.Module)):
        around.add(node)
        node = tree.parents[node]
    for block, index, _ in blocks(tree, first):
        for later in block[index + 1 :]:
            if later in around:
                return True
            if terminates(later):
                return False
        if block and any(each in around for each in block[:index]):
            return False
    return False


def conditions(tree: Tree, statement: ast.stmt) -> list[tuple[ast.AST, str]]:
    """Return the branches that a statement stands in, the outermost first, up to its function."""
    found: list[tuple[ast.AST, str]] = []
    node: ast.AST = statement
    while not isinstance(node, (*SCOPED, ast.Module)) or node is statement:
        parent = tree.parents.get(node)
        if parent is None or isinstance(parent, (*SCOPED, ast.Module)):
            break
        if isinstance(parent, (ast.If, *LOOPS, *TRIES, ast.Match)) and not _surely_runs(parent):
            name = next(
                (
                    part
                    for part in ("body", "orelse", "finalbody", "handlers", "cases")
                    if node in (getattr(parent, part, None) or ())
                ),
                "",
            )
            found.append((parent, name))
        node = parent
    return found[::-1]


def _surely_runs(node: ast.AST) -> bool:
    """Say whether a loop goes over a list that is written there, and has items."""
    return (
        isinstance(node, ast.For)
        and isinstance(node.iter, ast.Tuple | ast.List)
        and bool(node.iter.elts)
    )


def in_handled_try(tree: Tree, statement: ast.stmt) -> bool:
    """Say whether an exception handler of the same function may take what a statement raises."""
    for block, _, parent in blocks(tree, statement):
        if isinstance(parent, TRIES) and block is parent.body and parent.handlers:
            return True
    return False


def names_in(node: ast.AST | None) -> set[str]:
    """Return every name that is read in an expression or a statement."""
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)} if node else set()

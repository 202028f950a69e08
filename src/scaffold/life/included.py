"""The module of an owner that makes the application, with the line that includes the endpoints."""

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from scaffold.errors import Refused
from scaffold.life.entry_point import Made
from scaffold.project.python_text import Edit, PythonText
from scaffold.project.syntax import python_tree, spoiled

if TYPE_CHECKING:
    from tree_sitter import Node

INCLUDE = "include_endpoints"

_RUN_AS_SCRIPT = re.compile(r"if\s+__name__\s*==")


def with_endpoints(made: Made, content: bytes, package: str) -> bytes:
    """Return the module in which the application includes the generated endpoints.

    Args:
        made: the statement that makes the application.
        content: the module.
        package: the package of what is generated, as the module imports it.

    Raises:
        Refused: the module is written in a way that cannot be changed without its owner.
    """
    path, module = made.module.path.as_posix(), made.module.text
    try:
        if module.root.has_error:
            raise ValueError("it does not parse")
        name = _free_name(module)
        changed = module.edited(_edits(made, name, package))
    except ValueError as error:
        raise _by_hand(path, str(error)) from None
    fault = spoiled(path, [content], changed)
    if fault is None and not _says_the_same(content, changed, name, package):
        fault = "it would mean something else"
    if fault is not None:
        raise _by_hand(path, f"it would not be what it was: {fault}")
    return changed


def _by_hand(path: str, reason: str) -> Refused:
    return Refused(
        f"{path} cannot be changed, because {reason}",
        "write the application's imports and the call that makes it on lines of their own",
    )


def _free_name(module: PythonText) -> str:
    """Return a name for what is imported that the module uses for nothing else."""
    taken = {module.text(node) for node in module.nodes() if node.type == "identifier"}
    names = (INCLUDE, f"{INCLUDE}_", *(f"{INCLUDE}_{number}" for number in range(2, 100)))
    return next(name for name in names if name not in taken)


def _edits(made: Made, name: str, package: str) -> Iterator[Edit]:
    module = made.module.text
    imported = INCLUDE if name == INCLUDE else f"{INCLUDE} as {name}"
    yield _import_edit(module, made, f"from {package}.include import {imported}")
    place = _last_statement(made)
    indent = _indent(module, place)
    end = _end_of_line(module, place)
    defines = place.type in ("function_definition", "class_definition", "decorated_definition")
    gap = module.newline * (1 if not defines else 2 if indent else 3)
    yield Edit(end, end, f"{gap}{indent}{name}({made.name})")


def _import_edit(module: PythonText, made: Made, line: str) -> Edit:
    """Return the import, below those that stand above the application."""
    statements = [node for node in module.root.named_children if node.type != "comment"]
    start = made.statement.start_byte
    until = next(at for at, node in enumerate(statements) if node.end_byte > start)
    above = [
        node
        for at, node in enumerate(statements[:until])
        if "import" in node.type or (at == 0 and _is_docstring(node))
    ]
    later = _sorted_behind(module, above, line)
    if later is not None:
        at = module.line_start(later.start_byte)
        return Edit(at, at, f"{line}{module.newline}")
    if above:
        end = _end_of_line(module, above[-1])
        if end > statements[until].start_byte:
            raise ValueError("an import and the application stand on one line")
        gap = module.newline * (1 if "import" in above[-1].type else 2)
        return Edit(end, end, f"{gap}{line}")
    at = module.line_start(statements[0].start_byte)
    return Edit(at, at, f"{line}{module.newline}{module.newline}")


def _sorted_behind(module: PythonText, imports: list["Node"], line: str) -> "Node | None":
    """Return the first import of the same package that is sorted behind a line, if any is."""
    package = line.split()[1]
    known = [
        (module.text(source), node)
        for node in imports
        if (source := node.child_by_field_name("module_name")) is not None
        and module.text(source).partition(".")[0] == package.partition(".")[0]
    ]
    return next((node for name, node in known if name > package and _is_alone(module, node)), None)


def _is_alone(module: PythonText, node: "Node") -> bool:
    return module.line_start(node.start_byte) == node.start_byte


def _is_docstring(node: "Node") -> bool:
    return node.type == "expression_statement" and node.children[0].type == "string"


def _last_statement(made: Made) -> "Node":
    """Return the statement behind which the application has all that it serves by itself."""
    module, scope = made.module.text, made.scope
    statements = [node for node in scope.named_children if node.type != "comment"]
    at = next(
        index for index, node in enumerate(statements) if node.end_byte >= made.statement.end_byte
    )
    found = statements[at]
    for node in statements[at + 1 :]:
        text = module.text(node)
        if _RUN_AS_SCRIPT.match(text) or _leaves(node):
            break
        if not _mentions(module, node, made.name):
            continue
        if _binds(module, node, made.name):
            break
        found = node
    return found


def _leaves(node: "Node") -> bool:
    """Say whether a statement may end the function in which it stands."""
    left = [node]
    while left:
        one = left.pop()
        if one.type == "return_statement":
            return True
        if one.type not in ("function_definition", "class_definition", "lambda"):
            left += one.children
    return False


def _mentions(module: PythonText, node: "Node", name: str) -> bool:
    return any(one.type == "identifier" and module.text(one) == name for one in module.nodes(node))


def _binds(module: PythonText, node: "Node", name: str) -> bool:
    """Say whether a statement makes something else of the application's name."""
    first = node.children[0] if node.type == "expression_statement" else node
    target = first.child_by_field_name("left") if first.type == "assignment" else None
    defined = node.child_by_field_name("definition") or node
    named = target or defined.child_by_field_name("name")
    return named is not None and module.text(named) == name


def _indent(module: PythonText, statement: "Node") -> str:
    """Return what stands in front of a statement's line."""
    first = statement
    while (before := first.prev_sibling) and before.end_point.row == first.start_point.row:
        first = before
    indent = module.source[module.line_start(first.start_byte) : first.start_byte].decode()
    if indent.strip():
        raise ValueError("the application is made on the line of another statement")
    return indent


def _end_of_line(module: PythonText, statement: "Node") -> int:
    """Return where the line of a statement ends, behind what else stands on it."""
    last = statement
    while (after := last.next_sibling) and after.start_point.row == last.end_point.row:
        if after.type == "comment":  # Tree-sitter counts a CR to it.
            break
        last = after
    return module.line_end(last.end_byte)


def _says_the_same(before: bytes, after: bytes, name: str, package: str) -> bool:
    """Say whether a module is the same without the two statements that it has got."""
    was, made = python_tree(before), python_tree(after)
    if was is None or made is None:
        return True  # it is written for a newer Python than this one
    added = 0
    for node in ast.walk(made):
        for field in ("body", "orelse", "finalbody"):
            body = getattr(node, field, None)
            if isinstance(body, list):
                kept = [one for one in body if not _is_added(one, name, package)]
                added += len(body) - len(kept)
                body[:] = kept
    return added == 2 and ast.dump(was) == ast.dump(made)


def _is_added(node: ast.AST, name: str, package: str) -> bool:
    match node:
        case ast.ImportFrom(module=module, level=level):
            return f"{'.' * level}{module or ''}" == f"{package}.include"
        case ast.Expr(value=ast.Call(func=ast.Name(id=called))):
            return called == name
    return False

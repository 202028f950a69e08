"""Rename an endpoint inside its own modules, without touching texts, attributes or fields."""

import ast
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from scaffold.errors import Refused
from scaffold.project.files import File
from scaffold.project.python_text import Edit, PythonText
from scaffold.project.syntax import python_tree

if TYPE_CHECKING:
    from tree_sitter import Node

PACKAGE = "app"
"""The package of generated projects, inside of which modules take a new name."""


def renamed_words(before: File, after: File) -> dict[str, str]:
    """Return the names by which two generated modules differ; none if they differ in more."""
    old, new = _leaves(before), _leaves(after)
    if len(old) != len(new):
        return {}
    pairs = zip(old, new, strict=True)
    return {
        one[1]: other[1]
        for one, other in pairs
        if one[0] == other[0] == "identifier" and one != other
    }


def _leaves(file: File) -> list[tuple[str, str]]:
    """Return the kind and the text of everything in a module that holds nothing else."""
    try:
        module = PythonText.read(file.content)
    except ValueError:
        return []
    leaves = sorted(
        (node for node in module.nodes() if not node.children), key=lambda node: node.start_byte
    )
    return [(node.type, module.text(node)) for node in leaves]


def rename_words(path: str, file: File, words: Mapping[str, str]) -> File:
    """Return a Python module in which names are replaced, or the file itself if it is none.

    A word stays where it is text, an attribute or a keyword, and everywhere when the module also
    has a variable or a field of that name.

    Args:
        path: where the file stands, for messages.
        file: the module.
        words: the names, each with what replaces it.

    Raises:
        Refused: the module cannot be read, or a new name means something else in it already.
    """
    if not path.endswith(".py"):
        return file
    try:
        module = PythonText.read(file.content)
    except ValueError as error:
        raise Refused(f"{path} cannot be read: {error}", "correct it, and run this again") from None
    tree = python_tree(file.content)
    if tree is None:
        return file
    bound = set(_variables(tree))
    uses = [(node, module.text(node)) for node in module.nodes() if _is_use(module, node)]
    wanted = {word: words[word] for word in words.keys() & {name for _, name in uses} - bound}
    taken = sorted(set(wanted.values()) & (bound | {name for _, name in uses}))
    if taken:
        raise Refused(
            f"{path} uses the name {taken[0]} already",
            "choose another one, or first rename what is called so",
        )
    edits = [
        Edit(node.start_byte, node.end_byte, wanted[name]) for node, name in uses if name in wanted
    ]
    return File(module.edited(edits), file.executable) if edits else file


def _variables(tree: ast.Module) -> Iterator[str]:
    """Yield the names of variables, parameters and fields, and of what comes from elsewhere."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                yield name
            case (
                ast.ExceptHandler(name=str(name))
                | ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
                | ast.MatchMapping(rest=str(name))
            ):
                yield name
            case ast.ImportFrom(module=str(module), level=0) if not _is_inside(module):
                yield from (alias.asname or alias.name for alias in node.names)
            case ast.Import(names=names):
                yield from (alias.asname or alias.name.partition(".")[0] for alias in names)


def _is_use(module: PythonText, node: "Node") -> bool:
    """Say whether a node is a name that may be that of a module, class or function."""
    around = node.parent
    if node.type != "identifier" or around is None:
        return False
    if around.type == "attribute":
        whole = around.child_by_field_name("object")
        return whole == node or (whole is not None and module.text(whole) == f"{PACKAGE}.endpoints")
    if around.type == "keyword_argument":
        return around.child_by_field_name("value") == node
    while around is not None and not around.type.endswith("_statement"):
        around = around.parent
    return around is None or not around.type.startswith("import") or _is_own(module, around)


def _is_own(module: PythonText, statement: "Node") -> bool:
    """Say whether an import takes something from the project's package."""
    named = [child for child in statement.named_children if child.type != "comment"]
    return all(_is_inside(module.text(node)) for node in named[:1])


def _is_inside(module: str) -> bool:
    return module.startswith((f"{PACKAGE}.", ".")) or module == PACKAGE

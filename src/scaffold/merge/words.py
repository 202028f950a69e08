"""Rename an endpoint or a model inside of modules, without touching texts, attributes or fields."""

import ast
import re
from collections.abc import Collection, Iterator, Mapping
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


def replaced(text: bytes, words: Mapping[str, str]) -> bytes:
    """Return text in which names are replaced wherever they stand as words."""
    for word, new in words.items():
        text = re.sub(rf"\b{re.escape(word)}\b".encode(), new.encode(), text)
    return text


def rename_words(path: str, file: File, words: Mapping[str, str]) -> File:
    """Return a Python module in which names are replaced, or the file itself if it is none.

    A word stays where it is text, an attribute or a keyword, and everywhere when the module also
    has a variable or a field of that name. One with dots is a module: it is replaced where it is
    imported, and its attributes are names like others.

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
    modules = {word: new for word, new in words.items() if "." in word}
    bound = set(_variables(tree))
    holders = {f"{PACKAGE}.endpoints", *modules, *_aliases(tree, modules)}
    uses = [(node, module.text(node)) for node in module.nodes() if _is_use(module, node, holders)]
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
    edits += _of_modules(module, modules)
    return File(module.edited(edits), file.executable) if edits else file


def _of_modules(module: PythonText, modules: Mapping[str, str]) -> Iterator[Edit]:
    """Yield the edits by which imports, and dotted names, find modules under new names."""
    for node in module.nodes():
        text = module.text(node) if node.type in ("attribute", "dotted_name") else ""
        if text in modules:
            yield Edit(node.start_byte, node.end_byte, modules[text])
        if node.type == "import_from_statement":
            package = node.child_by_field_name("module_name")
            for name in node.children_by_field_name("name"):
                word = name.child_by_field_name("name") or name
                whole = f"{module.text(package)}.{module.text(word)}" if package else ""
                if whole in modules:
                    new = modules[whole].rpartition(".")[2]
                    bare = f"{new} as {module.text(word)}" if word == name else new
                    yield Edit(word.start_byte, word.end_byte, bare)


def _aliases(tree: ast.Module, modules: Mapping[str, str]) -> Iterator[str]:
    """Yield the names under which a module knows others."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if f"{node.module}.{alias.name}" in modules:
                    yield alias.asname or alias.name
        elif isinstance(node, ast.Import):
            yield from (each.asname for each in node.names if each.name in modules and each.asname)


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


def _is_use(module: PythonText, node: "Node", holders: Collection[str]) -> bool:
    """Say whether a node is a name that may be that of a module, class or function.

    Args:
        module: the module.
        node: the node.
        holders: what has such names as attributes.
    """
    around = node.parent
    if node.type != "identifier" or around is None:
        return False
    if around.type == "attribute":
        whole = around.child_by_field_name("object")
        return whole == node or (whole is not None and module.text(whole) in holders)
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

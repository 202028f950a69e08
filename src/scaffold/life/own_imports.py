"""What the owner's modules import of the generated ones, when those go or take another name.

A module of the toolkit, or of a cookie, that nothing generated needs any more stays while the
owner's code imports it. The removal of an endpoint that is imported is refused. One that takes
another name is followed, in the import statements only: what was imported keeps its name there.
"""

import ast
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from scaffold.merge.trees import Change, Move
from scaffold.merge.words import rename_words
from scaffold.project.files import File, Tree, read_file
from scaffold.project.layout import Layout
from scaffold.project.python_text import Edit, PythonText
from scaffold.project.state import Project
from scaffold.project.syntax import python_tree

if TYPE_CHECKING:
    from tree_sitter import Node

SKIPPED = {"__pycache__", "node_modules", "site-packages", "build", "dist"}
"""Folders in which nothing is the owner's."""


@dataclass(frozen=True)
class Importer:
    """A module of the owner's, or one that the owner has edited.

    Attributes:
        path: where it stands.
        file: what it will hold.
        layout: where its project has what is generated.
    """

    path: str
    file: File
    layout: Layout

    def imports(self, module: str) -> bool:
        """Say whether it imports a module, or names it in a text as patches in tests do."""
        return any(
            name == module or name.startswith((f"{module}.", f"{module}:")) for name in self.named
        )

    @cached_property
    def named(self) -> Collection[str]:
        """Return the dotted names that it imports, and those that stand in its texts."""
        return _named(self.path, self.file.content, self.layout)


def importers(project: Project, theirs: Tree, changes: Sequence[Change]) -> list[Importer]:
    """Return the modules of a project that are not as they are generated, as they will be.

    Args:
        project: the project.
        theirs: the render that is wanted.
        changes: what happens to its files.
    """
    folder = project.folder
    changed = {change.path: change.after for change in changes}
    paths = {*_modules(folder), *(path for path in changed if path.endswith(".py"))}
    found = []
    for path in sorted(paths):
        file = changed[path] if path in changed else read_file(folder / path)
        if file is not None and not file.link and not file.is_same(theirs.get(path)):
            found.append(Importer(path, file, project.layout))
    return found


def kept_modules(
    changes: Sequence[Change], known: Sequence[Importer], project: Project
) -> dict[str, str]:
    """Return the modules that would go although the owner's code imports them, each with who does.

    Args:
        changes: what happens to the files of the project.
        known: the modules of its owner.
        project: the project.
    """
    layout = project.layout
    going = {
        change.path: change
        for change in changes
        if change.after is None
        and change.path.startswith(f"{layout.folder}/")
        and change.path.endswith(".py")
    }
    kept: dict[str, str] = {}
    left = list(known)
    while left:
        importer = left.pop()
        for path, change in going.items():
            if path not in kept and importer.imports(layout.dotted(path)):
                kept[path] = importer.path
                # What stays imports others, which have to stay as well.
                left += [Importer(path, change.before, layout)] if change.before else []
    return kept


def followed(
    moves: Sequence[Move], known: Sequence[Importer], project: Project
) -> Iterator[Change]:
    """Yield what becomes of the owner's modules that import an endpoint of another name."""
    names = {
        PurePosixPath(move.source).stem: PurePosixPath(move.target).stem
        for move in moves
        if move.source.startswith(f"{project.layout.folder}/endpoints/")
    }
    own = {move.target for move in moves}
    for importer in known if names else []:
        content = importer.file.content
        made = _renamed(importer, names) if importer.path not in own else content
        if made != content:
            before = read_file(project.folder / importer.path)
            yield Change(importer.path, before, File(made, importer.file.executable), edited=True)


def renamed_in_own(
    words: Mapping[str, str], known: Sequence[Importer], generated: Tree, folder: Path
) -> Iterator[Change]:
    """Yield what becomes of the owner's modules that import a model of another name.

    Args:
        words: the names that change, that of its module with dots.
        known: the modules of the owner.
        generated: the files that are none of these, whatever the owner has edited in them.
        folder: the project.
    """
    module = next(word for word in words if "." in word)
    for importer in known:
        if importer.path not in generated and importer.imports(module):
            after = rename_words(importer.path, importer.file, words)
            if after != importer.file:
                before = read_file(folder / importer.path)
                yield Change(importer.path, before, after, edited=True)


def _modules(folder: Path) -> Iterator[str]:
    """Yield the paths of the modules below a folder, but for environments and hidden folders."""
    for at, folders, files in os.walk(folder):
        below = Path(at).relative_to(folder).as_posix()
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".")
            and name not in SKIPPED
            and not os.path.exists(os.path.join(at, name, "pyvenv.cfg"))
        ]
        for name in files:
            if name.endswith(".py"):
                yield name if below == "." else f"{below}/{name}"


def _named(path: str, content: bytes, layout: Layout) -> Collection[str]:
    """Return the dotted names that a module imports, and those that stand in its texts."""
    tree = python_tree(content)
    if tree is None:
        package = re.escape(layout.package.encode())
        return {found.decode() for found in re.findall(rb"\b%b(?:\.\w+)+" % package, content)}
    return set(_names_in(path, tree, layout))


def _names_in(path: str, tree: ast.Module, layout: Layout) -> Iterator[str]:
    around = layout.dotted(f"{PurePosixPath(path).parent}/__init__.py").split(".")
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                above = around[: len(around) - level + 1] if level else ()
                package = ".".join([*above, *([module] if module else [])])
                yield package
                yield from (f"{package}.{alias.name}" for alias in names)
            case ast.Constant(value=str(text)) if text.startswith(f"{layout.package}."):
                yield text


def _renamed(importer: Importer, names: Mapping[str, str]) -> bytes:
    """Return a module whose imports of endpoints name them as they are called now."""
    content = importer.file.content
    try:
        module = PythonText.read(content)
    except ValueError:
        return content
    edits = list(_edits(importer, module, names))
    return module.edited(edits) if edits else content


def _edits(importer: Importer, module: PythonText, names: Mapping[str, str]) -> Iterator[Edit]:
    endpoints = f"{importer.layout.package}.endpoints"
    inside = str(PurePosixPath(importer.path).parent) == f"{importer.layout.folder}/endpoints"
    packages = {endpoints, ".endpoints"} | ({"."} if inside else set())
    for node in module.nodes():
        text = module.text(node) if node.type in ("dotted_name", "relative_import") else ""
        package, dot, name = text.rpartition(".")
        if dot and name in names and (package in packages or (not package and inside)):
            at = node.end_byte - len(name.encode())
            yield Edit(at, node.end_byte, names[name])
        elif node.type == "import_from_statement":
            source = node.child_by_field_name("module_name")
            if source is not None and module.text(source) in packages:
                for part in node.children_by_field_name("name"):
                    yield from _alias_edits(module, part, names)
        elif node.type == "attribute" and module.text(node).rpartition(".")[0] == endpoints:
            last = node.child_by_field_name("attribute")
            if last is not None and module.text(last) in names:
                yield Edit(last.start_byte, last.end_byte, names[module.text(last)])


def _alias_edits(module: PythonText, part: "Node", names: Mapping[str, str]) -> Iterator[Edit]:
    """Yield what lets `from app.endpoints import name` import it under the name that it had."""
    is_aliased = part.type == "aliased_import"
    named = part.child_by_field_name("name") if is_aliased else part
    name = module.text(named) if named is not None else ""
    if named is not None and name in names:
        text = names[name] if is_aliased else f"{names[name]} as {name}"
        yield Edit(named.start_byte, named.end_byte, text)

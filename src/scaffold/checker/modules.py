"""The modules of an application: those to check, and those that they import, read when needed."""

import ast
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scaffold.checker.scopes import Tree
from scaffold.checker.source import Source, UnreadableError

LIBRARIES = frozenset(("fastapi", "starlette", "sqlalchemy", "sqlmodel", "pydantic"))
"""Packages whose names are known, wherever a folder of that name lies."""
DEEPEST = 12
"""How many folders above a module are searched for what it imports."""


class Module:
    """A module: its source, and its scopes, made when somebody asks.

    Attributes:
        source: the file.
        project: what it is part of.
        folder: where it lies.
        tree: its scopes.
        origins: what `names` has found out already.
        touches: what `answers` has.
    """

    def __init__(self, source: Source, project: "Project") -> None:
        """Take a file that has been read."""
        self.source, self.project = source, project
        self.folder = os.path.dirname(os.path.abspath(source.path))
        self.tree = Tree(source.tree)
        self.origins: dict[ast.expr, list[Any]] = {}
        self.touches: dict[Any, list[Any]] = {}

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return self.source.path

    def __repr__(self) -> str:
        """Return the file's name."""
        return f"Module({self.source.shown})"


class Project:
    """Every module that has been read, by its path."""

    def __init__(self) -> None:
        """Make it empty."""
        self._modules: dict[str, Module | None] = {}
        self._roots: dict[tuple[str, str], str | None] = {}
        self._kinds: dict[str, str] = {}
        self._found: dict[tuple[str, str], tuple[Module | None, list[str]] | None] = {}

    def add(self, module: Module) -> None:
        """Take a module that has been read."""
        self._modules[os.path.abspath(module.path)] = module

    def at(self, path: str) -> Module | None:
        """Return the module in a file; None if it cannot be read."""
        if path not in self._modules:
            self._modules[path] = None
            try:
                source = Source(Path(path), path, Path(path).read_bytes())
                self._modules[path] = Module(source, self)
            except (OSError, UnreadableError):
                pass
        return self._modules[path]

    def find(self, dotted: str, importer: Module) -> tuple[Module | None, list[str]] | None:
        """Return the module that a dotted name begins with, and the names that are left.

        Args:
            dotted: such as `app.deps.get_db`, or `..deps.get_db` for a relative import.
            importer: the module that imports it.

        Returns:
            None for what lies outside of the application; a module of None for a folder without
            `__init__.py`.
        """
        key = (importer.folder, dotted)
        if key not in self._found:
            self._found[key] = self._find(dotted, importer.folder)
        return self._found[key]

    def _find(self, dotted: str, folder: str) -> tuple[Module | None, list[str]] | None:
        level = len(dotted) - len(dotted.lstrip("."))
        parts = [part for part in dotted[level:].split(".") if part]
        if level:
            for _ in range(level - 1):
                folder = os.path.dirname(folder)
            return self._descend(folder, parts)
        if not parts or parts[0] in LIBRARIES or parts[0] in sys.stdlib_module_names:
            return None
        root = self._root(folder, parts[0])
        return None if root is None else self._descend(root, parts)

    def _descend(self, folder: str, parts: list[str]) -> tuple[Module | None, list[str]]:
        """Follow names from a folder, as far as they are folders and modules."""
        place, left = folder, list(parts)
        while left:
            inside = os.path.join(place, left[0])
            kind = self._kind(inside)
            if kind == "module":
                return self.at(f"{inside}.py"), left[1:]
            if kind != "folder":
                break
            place = inside
            left.pop(0)
        package = os.path.join(place, "__init__.py")
        return (self.at(package) if os.path.isfile(package) else None), left

    def submodule(self, package: Module, name: str) -> Module | None:
        """Return a module that lies in a package."""
        if package.path.name != "__init__.py":
            return None
        found, left = self._descend(os.path.dirname(os.path.abspath(package.path)), [name])
        return found if not left and found is not package else None

    def _root(self, folder: str, top: str) -> str | None:
        """Return the folder in which a package or module lies, the nearest above first."""
        key = (folder, top)
        if key not in self._roots:
            self._roots[key] = next(
                (root for root in _candidates(folder) if self._kind(os.path.join(root, top))), None
            )
        return self._roots[key]

    def _kind(self, path: str) -> str:
        """Return what lies at a path: a `folder`, a `module`, or nothing."""
        if path not in self._kinds:
            is_package = os.path.isfile(os.path.join(path, "__init__.py"))
            if is_package or not os.path.isfile(f"{path}.py"):
                self._kinds[path] = "folder" if os.path.isdir(path) else ""
            else:
                self._kinds[path] = "module"
        return self._kinds[path]


def _candidates(folder: str) -> Iterator[str]:
    for _ in range(DEEPEST):
        yield folder
        yield os.path.join(folder, "src")
        above = os.path.dirname(folder)
        if above == folder or os.path.exists(os.path.join(folder, ".git")):
            return
        folder = above

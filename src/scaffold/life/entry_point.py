"""The statement of a project that makes its FastAPI application, and what serves that.

Only read, never imported: the code is a stranger's.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.errors import Refused, UsageMistake
from scaffold.life.pyproject import table
from scaffold.project.files import read_content
from scaffold.project.python_text import PythonText

if TYPE_CHECKING:
    from tree_sitter import Node

SKIPPED = {"tests", "test", "docs", "docs_src", "build", "dist", "node_modules", "site-packages"}
FASTAPI = "FastAPI"

_FUNCTIONS = ("function_definition",)
_SCOPES = ("function_definition", "class_definition", "lambda")


@dataclass(frozen=True)
class Module:
    """A module of the owner's.

    Attributes:
        path: where it stands, relative to the project.
        text: what it holds.
    """

    path: Path
    text: PythonText

    @cached_property
    def imported(self) -> dict[str, str]:
        """Return what it imports with `from`, as `module.name` by the name that it has here."""
        found: dict[str, str] = {}
        for node in self.text.nodes():
            source = node.child_by_field_name("module_name")
            if node.type == "import_from_statement" and source is not None:
                module = self.text.text(source)
                found |= {here: f"{module}.{name}" for here, name in self._names(node)}
        return found

    def _names(self, statement: "Node") -> Iterator[tuple[str, str]]:
        """Yield what an import names: how it is called here, and where it comes from."""
        for part in statement.children_by_field_name("name"):
            named = part.child_by_field_name("name") or part
            alias = part.child_by_field_name("alias") or named
            yield self.text.text(alias), self.text.text(named)

    @cached_property
    def fastapi(self) -> set[str]:
        """Return how it may write the class FastAPI: by its name, or behind that of its package."""
        names = {
            name
            for name, source in self.imported.items()
            if source in (f"fastapi.{FASTAPI}", f"fastapi.applications.{FASTAPI}")
        }
        for node in self.text.nodes():
            if node.type == "import_statement":
                modules = self._names(node)
                names |= {f"{here}.{FASTAPI}" for here, name in modules if name == "fastapi"}
        return names

    def classes(self) -> Iterator[tuple[str, set[str]]]:
        """Yield its classes, each with what it derives from."""
        for node in self.text.nodes():
            name = node.child_by_field_name("name")
            bases = node.child_by_field_name("superclasses")
            if node.type == "class_definition" and name is not None and bases is not None:
                yield self.text.text(name), {self.text.text(base) for base in bases.named_children}


@dataclass(frozen=True)
class Made:
    """A statement that makes an application.

    Attributes:
        module: the module in which it stands.
        name: what the application is called there.
        statement: the statement.
        scope: the module's root, or the body of the function that makes it.
        function: that function; None at the top of the module.
    """

    module: Module
    name: str
    statement: "Node"
    scope: "Node"
    function: "Node | None"

    @property
    def place(self) -> str:
        """Return what names it on the command line."""
        return f"{self.module.path.as_posix()}:{self.factory or self.name}"

    @property
    def factory(self) -> str | None:
        """Return the name of the function that makes it, if one does."""
        return None if self.function is None else _field(self.module.text, self.function, "name")

    @property
    def needs_arguments(self) -> bool:
        """Say whether that function cannot be called without arguments."""
        parameters = self.function.child_by_field_name("parameters") if self.function else None
        kinds = ("identifier", "typed_parameter")
        needed = parameters.named_children if parameters is not None else []
        return any(
            one.type in kinds and not self.module.text.text(one).startswith("*") for one in needed
        )


@dataclass(frozen=True)
class EntryPoint:
    """Where an application is made, and where it is taken from when it is served.

    Attributes:
        made: the statement that makes it.
        served_by: the module from which it is imported.
        name: what is imported: the application, or a function that makes it, with `()` behind it.
    """

    made: Made
    served_by: Path
    name: str


def find_entry_point(folder: Path, given: str | None = None) -> EntryPoint:
    """Return the application of a project.

    Args:
        folder: the project.
        given: its module, or `MODULE:NAME`, when its owner has named it; a module is a file, or a
            dotted name.

    Raises:
        UsageMistake: no module makes one, or several do.
        Refused: it is made in a way that nothing can be added to.
    """
    modules = [*_modules(folder)]
    candidates = [*applications(modules)]
    if given is not None:
        found = _named(folder, given, candidates, modules)
    else:
        declared = _declared(folder)
        found = _named(folder, declared, candidates, modules) if declared else candidates
    if not found:
        if given is not None:
            raise UsageMistake(f"{given} does not hold a statement such as app = FastAPI()")
        raise UsageMistake(
            f"no module in {folder} makes an application (app = FastAPI())",
            "name the one that does with --entry FILE:NAME",
        )
    if len(found) > 1:
        names = ", ".join(sorted(made.place for made in found))
        raise UsageMistake(f"several applications are made: {names}", "name one with --entry")
    return _served(found[0], modules)


def owners_modules(folder: Path) -> Iterator[Path]:
    """Yield the modules of a project, but for hidden folders, environments, tests and builds."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name in SKIPPED or (path / "pyvenv.cfg").exists():
            continue
        if path.is_dir() and not path.is_symlink():
            yield from owners_modules(path)
        elif path.suffix == ".py":
            yield path


def _modules(folder: Path) -> Iterator[Module]:
    for path in owners_modules(folder):
        try:
            yield Module(path.relative_to(folder), PythonText.read(read_content(path)[0]))
        except (ValueError, OSError):
            continue


def applications(modules: Iterable[Module]) -> Iterator[Made]:
    """Yield each application that is made, once for each name in a function or module."""
    modules = [*modules]
    subclasses = _subclasses(modules)
    for module in modules:
        names = module.fastapi | {
            name
            for name, source in module.imported.items()
            if source.rpartition(".")[2] in subclasses
        }
        names |= {name for name, _ in module.classes() if name in subclasses}
        known: set[tuple[int, str]] = set()
        for made in _made_in(module, names) if names else ():
            key = (made.scope.start_byte, made.name)
            if key not in known:
                known.add(key)
                yield made


def _subclasses(modules: Iterable[Module]) -> set[str]:
    """Return the names of the classes that derive from FastAPI, in whichever module."""
    found: set[str] = set()
    classes = [(module, *each) for module in modules for each in module.classes()]
    grown = True
    while grown:
        new = {
            name
            for module, name, bases in classes
            if not bases.isdisjoint(module.fastapi)
            or any(base.rpartition(".")[2] in found for base in bases)
        }
        grown = not new <= found
        found |= new
    return found


def _made_in(module: Module, names: set[str]) -> Iterator[Made]:
    for node in module.text.nodes():
        target, value = (node.child_by_field_name(field) for field in ("left", "right"))
        if node.type != "assignment" or target is None or value is None:
            continue
        if target.type != "identifier" or not _makes(module, value, names):
            continue
        statement = node
        while statement.type != "expression_statement" and statement.parent is not None:
            statement = statement.parent
        around = _around(statement)
        if around is None:
            yield Made(module, module.text.text(target), statement, module.text.root, None)
        elif around.type in _FUNCTIONS:
            body = around.child_by_field_name("body")
            assert body is not None
            yield Made(module, module.text.text(target), statement, body, around)


def _makes(module: Module, value: "Node", names: set[str]) -> bool:
    """Say whether an expression is a new application, whichever way a condition goes."""
    if value.type == "parenthesized_expression":
        return _makes(module, value.named_children[0], names)
    if value.type == "conditional_expression":
        first, _, second = value.named_children
        return _makes(module, first, names) and _makes(module, second, names)
    function = value.child_by_field_name("function") if value.type == "call" else None
    return function is not None and module.text.text(function) in names


def _around(statement: "Node") -> "Node | None":
    """Return the function or class around a statement."""
    node = statement.parent
    while node is not None and node.type not in _SCOPES:
        node = node.parent
    return node


def _declared(folder: Path) -> str | None:
    """Return the application that `[tool.fastapi]` names."""
    named = table(folder, "tool", "fastapi").get("entrypoint")
    return named if isinstance(named, str) else None


def _named(folder: Path, given: str, candidates: list[Made], modules: list[Module]) -> list[Made]:
    """Return what is made in a module, or by the function that is called there."""
    place, _, name = given.partition(":")
    path = Path(place)
    if path.is_absolute():
        path = path.relative_to(folder) if path.is_relative_to(folder) else path
    ending = f"/{place.replace('.', '/')}"
    here = [
        module
        for module in modules
        if module.path == path
        or f"/{module.path.with_suffix('').as_posix()}".endswith(ending)
        or (f"/{module.path.parent.as_posix()}".endswith(ending) and module.path.stem == "__init__")
    ]
    found = [made for made in candidates if made.module in here]
    wanted = name.removesuffix("()")
    named = [made for made in found if wanted in (made.factory or made.name, made.name)]
    if not wanted or named:
        return named or found
    called = {
        function.rpartition(".")[2]
        for module in here
        for target, function in _calls(module)
        if target == wanted
    }
    taken = {
        module.imported[wanted].rpartition(".")[2] for module in here if wanted in module.imported
    }
    return [
        made
        for made in candidates
        if made.factory in called or (made.factory is None and made.name in taken)
    ]


def _served(made: Made, modules: Iterable[Module]) -> EntryPoint:
    """Return from where an application is taken that a function may make."""
    if made.factory is None:
        return EntryPoint(made, made.module.path, made.name)
    for module in modules:
        for target, function in _calls(module):
            if function.rpartition(".")[2] == made.factory:
                return EntryPoint(made, module.path, target)
    assert made.function is not None
    if _around(made.function) is not None:
        raise _unusable(made, f"{made.factory} is no function at the top of the module")
    if made.module.text.text(made.function).startswith("async"):
        raise _unusable(made, f"{made.factory} is a coroutine, which nothing can import")
    returned = re.compile(rf"^[ \t]*return {re.escape(made.name)}\b\s*(#.*)?$", re.MULTILINE)
    if not returned.search(made.module.text.text(made.scope)):
        raise _unusable(made, f"{made.factory} does not return it")
    return EntryPoint(made, made.module.path, f"{made.factory}()")


def _unusable(made: Made, reason: str) -> Refused:
    return Refused(
        f"the application in {made.module.path.as_posix()} cannot be tested, because {reason}",
        "make it at the top of a module, or in a function there that returns it",
    )


def _calls(module: Module) -> Iterator[tuple[str, str]]:
    """Yield what stands at the top of a module as `target = function(...)`."""
    for statement in module.text.root.children:
        node = statement.children[0] if statement.type == "expression_statement" else None
        if node is None or node.type != "assignment":
            continue
        target, value = (node.child_by_field_name(field) for field in ("left", "right"))
        if target is not None and value is not None and value.type == "call":
            yield module.text.text(target), _field(module.text, value, "function")


def _field(module: PythonText, node: "Node", name: str) -> str:
    found = node.child_by_field_name(name)
    return "" if found is None else module.text(found)

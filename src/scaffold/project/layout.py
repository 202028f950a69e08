"""Where generated code and tests stand in a project, and by which names they are imported.

The template calls its package `app` and its tests `tests`. An application that was there before has
them elsewhere, as its answers file records under `layout`: `placed` moves a render there, and
rewrites what names a module or a file of it. Everything that compares files of a project with a
render does so after that, so no other part of the command knows of the difference.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import PurePath, PurePosixPath
from typing import TYPE_CHECKING, Any

from scaffold.project.files import File, Tree
from scaffold.project.python_text import Edit, PythonText

if TYPE_CHECKING:
    from tree_sitter import Node

PACKAGE, TESTS = "app", "tests"
"""What the template calls them."""

MAIN, APPLICATION = "app.main", "tests/application.py"
"""Where generated tests find the application in a generated project, and in another one."""

LONGEST_LINE = 100
"""The length in characters beyond which Ruff breaks a line of generated code."""

_NAMED = re.compile(rf"(?<![\w./-])(?:{PACKAGE}|{TESTS})(?:(?:\.\w+)+|(?:/\w+)+(?:\.\w+)?/?)")
"""A module or a path, as a text or a comment names it."""


@dataclass(frozen=True)
class Layout:
    """Where a project has what is generated.

    Attributes:
        package: the package that holds it, by its dotted name.
        folder: the folder of that package, relative to the project's.
        tests: the folder of the generated tests.
        application: the application that they ask, as `module:name`, or as `module:name()` where a
            function makes it; empty where it is generated too.
    """

    package: str = PACKAGE
    folder: str = PACKAGE
    tests: str = TESTS
    application: str = ""

    @classmethod
    def of(cls, answers: Mapping[str, Any]) -> "Layout":
        """Return the layout that answers record, which is the template's own where they do not."""
        recorded = answers.get("layout")
        given = recorded if isinstance(recorded, dict) else {}
        return cls(**{name: given[name] for name in _FIELDS if isinstance(given.get(name), str)})

    def answer(self) -> dict[str, str]:
        """Return what an answers file records of it."""
        return {name: getattr(self, name) for name in _FIELDS}

    @property
    def root(self) -> str:
        """Return the folder from which the package is imported; empty for the project's own."""
        depth = self.package.count(".") + 1
        return "/".join(PurePosixPath(self.folder).parts[:-depth])

    @property
    def routers(self) -> str:
        """Return the path of the list of routers."""
        return f"{self.folder}/endpoints/__init__.py"

    @property
    def models(self) -> str:
        """Return the path of the package of models."""
        return f"{self.folder}/models/__init__.py"

    def stub(self, name: str) -> str:
        """Return the path of an endpoint's module."""
        return f"{self.folder}/endpoints/{name}.py"

    def stub_test(self, name: str) -> str:
        """Return the path of an endpoint's tests."""
        return f"{self.tests}/endpoints/test_{name}.py"

    def rows(self, name: str) -> str:
        """Return the path of the module of a resource."""
        return f"{self.folder}/resources/{name}.py"

    def page(self, name: str) -> str:
        """Return the path of an endpoint's page, which some have."""
        return f"{self.folder}/templates/{name}.html"

    def of_endpoint(self) -> tuple[Callable[[str], str], ...]:
        """Return what gives the path of each kind of file that an endpoint may have."""
        return self.stub, self.stub_test, self.page

    def path(self, path: str) -> str:
        """Return where a file stands that the template has at a path."""
        top, slash, rest = path.partition("/")
        return f"{ {PACKAGE: self.folder, TESTS: self.tests}.get(top, top) }{slash}{rest}"

    def dotted(self, path: str) -> str:
        """Return the name by which the module at a path of the project is imported."""
        module, root = PurePosixPath(path), PurePosixPath(self.root)
        return dotted(module, root if module.is_relative_to(root) else PurePosixPath())


def dotted(path: PurePath, root: PurePath) -> str:
    """Return the name by which a module, or a package, is imported from a folder."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


_FIELDS = tuple(field.name for field in fields(Layout))


def placed(tree: Tree, layout: Layout) -> Tree:
    """Return a render of the template as a project of this layout has it."""
    if layout == Layout():
        return tree
    known = frozenset(_names(tree))
    found = {}
    for path, file in tree.items():
        if path.endswith(".py"):
            content = _rewritten(path, file.content, layout, known)
            file = File(content, file.executable)
        found[layout.path(path)] = file
    return found


def _names(tree: Tree) -> Iterator[str]:
    """Yield every module and folder of a render, with dots between the parts."""
    for path in tree:
        module = PurePosixPath(path.removesuffix(".py"))
        for part in (module, *module.parents):
            yield ".".join(part.parts)


@lru_cache(maxsize=10_000)
def _rewritten(path: str, content: bytes, layout: Layout, known: frozenset[str]) -> bytes:
    """Return a module of the template that names others as they are called in a layout."""
    module = PythonText.read(content)
    return module.edited(_edits(path, module, layout, known))


def _edits(path: str, module: PythonText, layout: Layout, known: frozenset[str]) -> Iterator[Edit]:
    sorted_up_to = 0
    for run in _runs(module):
        lines = [_line(path, module, node, layout, known) for node in run]
        start, sorted_up_to = run[0].start_byte, run[-1].end_byte
        yield Edit(start, sorted_up_to, _joined(lines))
    for node in module.nodes():
        if node.type == "import_from_statement" and node.start_byte >= sorted_up_to:
            text = _line(path, module, node, layout, known)[1]
            yield Edit(node.start_byte, node.end_byte, text)
        elif node.type in ("string_content", "comment"):
            text = module.text(node)
            said = _NAMED.sub(lambda found: _said(found[0], layout, known), text)
            if said != text:
                yield Edit(node.start_byte, node.end_byte, said)


def _runs(module: PythonText) -> Iterator[list["Node"]]:
    """Yield the imports at the top of a module that stand below each other without a gap."""
    run: list[Node] = []
    for node in module.root.children:
        is_next = run and node.start_point.row == run[-1].end_point.row + 1
        if node.type == "import_from_statement" and (is_next or not run):
            run.append(node)
        elif run:
            yield run
            run = [node] if node.type == "import_from_statement" else []
        if "import" not in node.type and node.type not in ("expression_statement", "comment"):
            break
    if run:
        yield run


def _joined(lines: list[tuple[str, str]]) -> str:
    """Return imports as Ruff sorts them: those by a whole name, then those from far to near."""
    whole = [text for name, text in lines if not name.startswith(".")]
    relative = [(name, text) for name, text in lines if name.startswith(".")]
    relative.sort(key=lambda line: (-len(line[0]) + len(line[0].lstrip(".")), line[0]))
    blocks = ["\n".join(whole), "\n".join(text for _, text in relative)]
    return "\n\n".join(filter(None, blocks))


def _line(
    path: str, module: PythonText, node: "Node", layout: Layout, known: frozenset[str]
) -> tuple[str, str]:
    """Return from where an import is in a layout, and the statement."""
    source = node.child_by_field_name("module_name")
    assert source is not None
    new = _imported(path, module.text(source), layout, known)
    statement = module.text(node)
    line = f"{statement[: source.start_byte - node.start_byte]}{new}"
    line += module.source[source.end_byte : node.end_byte].decode()
    indent = node.start_point.column
    if "\n" in line or len(line) + indent <= LONGEST_LINE:
        return new, line
    begin, _, names = line.partition(" import ")
    parts = "".join(f"{' ' * (indent + 4)}{part.strip()},\n" for part in names.split(","))
    return new, f"{begin} import (\n{parts}{' ' * indent})"


def _imported(path: str, name: str, layout: Layout, known: frozenset[str]) -> str:
    """Return how a module of the template imports another.

    From where it is, within the package and within the tests: so both work under whichever names
    their owner imports them. What is not generated is the owner's, such as the class of a field.
    """
    if name == MAIN and path != APPLICATION:
        name = f"{TESTS}.application"
    elif name not in known:
        return name
    there, here = name.split("."), path.split("/")[:-1]
    if there[0] != here[0]:
        return f"{layout.package}{name.removeprefix(PACKAGE)}"
    alike = next(
        (at for at, (one, other) in enumerate(zip(there, here, strict=False)) if one != other),
        min(len(there), len(here)),
    )
    return f"{'.' * (len(here) - alike + 1)}{'.'.join(there[alike:])}"


def _said(name: str, layout: Layout, known: frozenset[str]) -> str:
    """Return what a text calls a module or a file, if it is one of the render."""
    is_path = "/" in name
    parts = re.split(r"[./]", name.removesuffix("/").removesuffix(".py"))
    if not any(".".join(parts[:end]) in known for end in range(2, len(parts) + 1)):
        return name
    if is_path:
        return layout.path(name)
    top, rest = name.split(".", 1)
    if top == PACKAGE:
        return f"{layout.package}.{rest}"
    return f"{PurePosixPath(layout.tests).as_posix().replace('/', '.')}.{rest}"

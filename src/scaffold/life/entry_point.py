"""The module of a project that makes its FastAPI application, and what includes endpoints in it."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.errors import Refused, UsageMistake
from scaffold.project.python_text import Edit, PythonText
from scaffold.project.syntax import spoiled

if TYPE_CHECKING:
    from tree_sitter import Node

IMPORTS = (
    "from app.endpoints import routers",
    "from app.http.application import Application",
    "from app.middleware import middleware",
)
CREATE_APP = (
    "",
    "",
    "def create_app() -> Application:",
    '    """Return the application; the tests of endpoints ask for it here."""',
    "    return {name}",
)
ARGUMENT = "outermost=middleware"
SKIPPED = {"tests", "test", "docs", "build", "dist", "node_modules", "site-packages"}


@dataclass(frozen=True)
class Made:
    """The statement that makes the application: `NAME = FastAPI(...)`."""

    name: str
    statement: "Node"
    call: "Node"


def find_entry_point(folder: Path, given: Path | None = None) -> Path:
    """Return the module that makes the application, relative to the project's folder.

    Args:
        folder: the project.
        given: the module, when its owner has named it.

    Raises:
        UsageMistake: no module makes one, or several do.
    """
    if given is not None:
        path = given if given.is_absolute() else folder / given
        if not path.is_file() or made_in(path) is None:
            raise UsageMistake(f"{given} does not hold a statement such as app = FastAPI()")
        return path.relative_to(folder)
    declared = _declared(folder)
    found = [declared] if declared else []
    found += [path for path in _modules(folder) if made_in(path) is not None]
    if not found:
        raise UsageMistake(
            f"no module in {folder} makes an application (app = FastAPI())", "name it with --entry"
        )
    if len(found) > 1 and declared is None:
        names = ", ".join(path.relative_to(folder).as_posix() for path in found)
        raise UsageMistake(f"several modules make an application: {names}", "name one with --entry")
    return found[0].relative_to(folder)


def _declared(folder: Path) -> Path | None:
    """Return the module that `[tool.fastapi]` names."""
    try:
        settings = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
        entry = str(settings["tool"]["fastapi"]["entrypoint"])
    except (OSError, KeyError, TypeError, ValueError):
        return None
    path = folder / f"{entry.partition(':')[0].replace('.', '/')}.py"
    return path if path.is_file() and made_in(path) is not None else None


def _modules(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name in SKIPPED or (path / "pyvenv.cfg").exists():
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _modules(path)
        elif path.suffix == ".py":
            yield path


def made_in(path: Path) -> Made | None:
    """Return the statement in a module that makes the application, if there is one."""
    try:
        return _made(PythonText.read(path.read_bytes()))
    except ValueError:
        return None


def _made(module: PythonText) -> Made | None:
    for node in module.nodes():
        call, target = (node.child_by_field_name(field) for field in ("right", "left"))
        if node.type != "assignment" or call is None or target is None or node.parent is None:
            continue
        function = call.child_by_field_name("function") if call.type == "call" else None
        if function is None or target.type != "identifier":
            continue
        if module.text(function).rpartition(".")[2] in ("FastAPI", "Application"):
            return Made(module.text(target), node.parent, call)
    return None


def with_endpoints(path: str, content: bytes, *, tested: bool) -> bytes:
    """Return a module whose application includes the generated endpoints.

    Args:
        path: where it stands, for messages.
        content: the module.
        tested: whether it is the module from which the generated tests import `create_app`.

    Raises:
        Refused: it is written in a way that cannot be changed without its owner.
    """
    try:
        module = PythonText.read(content)
        made = _made(module)
        if made is None or IMPORTS[0] in _imports(module):
            return content
        changed = module.edited(_edits(module, made, tested=tested))
    except ValueError as error:
        raise _by_hand(path, str(error)) from None
    fault = spoiled(path, [content], changed)
    if fault is not None:
        raise _by_hand(path, f"it would not parse any more: {fault}")
    return changed


def _by_hand(path: str, reason: str) -> Refused:
    return Refused(
        f"{path} cannot be changed, because {reason}",
        "write the application's imports and the call that makes it on lines of their own",
    )


def _edits(module: PythonText, made: Made, *, tested: bool) -> Iterator[Edit]:
    """Yield what makes the application include the endpoints."""
    yield _import_edit(module, made)
    yield from _call_edits(module, made.call)
    include = f"{made.name}.include_endpoints(routers)"
    place = _last_include(module, made)
    indent = _indent(module, place)
    end = _end_of_line(module, place)
    yield Edit(end, end, f"{module.newline}{indent}{include}")
    if tested and made.statement.parent == module.root and not _has_create_app(module):
        lines = "\n".join(("", *CREATE_APP, "")).format(name=made.name)
        stop = len(module.source)
        ended = module.line_start(stop) == stop
        yield Edit(stop, stop, lines[ended:].replace("\n", module.newline))


def _imports(module: PythonText) -> list[str]:
    """Return the statements at the top level that import something."""
    kinds = ("import_statement", "import_from_statement")
    return [module.text(node) for node in module.root.children if node.type in kinds]


def _import_edit(module: PythonText, made: Made) -> Edit:
    """Return the imports, below those that stand above the application."""
    statements = [node for node in module.root.named_children if node.type != "comment"]
    until = next(at for at, node in enumerate(statements) if node.end_byte > made.call.start_byte)
    above = [
        node
        for at, node in enumerate(statements[:until])
        if "import" in node.type or (at == 0 and _is_docstring(node))
    ]
    wanted = [line for line in IMPORTS if line not in _imports(module)]
    if above:
        end = _end_of_line(module, above[-1])
        if end > statements[until].start_byte:
            raise ValueError("an import and the application stand on one line")
        return Edit(end, end, "".join(f"{module.newline}{line}" for line in wanted))
    start = module.line_start(statements[0].start_byte)
    return Edit(start, start, "".join(f"{line}{module.newline}" for line in wanted))


def _is_docstring(node: "Node") -> bool:
    return node.type == "expression_statement" and node.children[0].type == "string"


def _call_edits(module: PythonText, call: "Node") -> Iterator[Edit]:
    """Yield what calls `Application` instead, with the generated middleware."""
    function, arguments = (call.child_by_field_name(name) for name in ("function", "arguments"))
    assert function is not None
    assert arguments is not None
    yield Edit(function.start_byte, function.end_byte, "Application")
    opening, *inside, closing = arguments.children
    given = [node for node in inside if node.is_named and node.type != "comment"]
    if not given:
        yield Edit(opening.end_byte, opening.end_byte, ARGUMENT)
        return
    last = given[-1]
    rest = inside[inside.index(last) + 1 :]
    comma = next((node for node in rest if node.type == ","), None)
    indent = module.source[module.line_start(last.start_byte) : last.start_byte].decode()
    if indent.strip() or closing.start_point.row == last.end_point.row:
        behind = comma or last
        yield Edit(behind.end_byte, behind.end_byte, f"{'' if comma else ','} {ARGUMENT}")
        return
    if comma is None:
        yield Edit(last.end_byte, last.end_byte, ",")
    end = module.line_end((comma or last).end_byte)
    yield Edit(end, end, f"{module.newline}{indent}{ARGUMENT},")


def _last_include(module: PythonText, made: Made) -> "Node":
    """Return the last statement that includes something, or else the one that makes it."""
    found = [
        node
        for node in module.nodes()
        if node.type == "expression_statement"
        and node.parent == made.statement.parent
        and module.text(node).startswith(f"{made.name}.include_router(")
    ]
    return max([made.statement, *found], key=lambda node: node.end_byte)


def _has_create_app(module: PythonText) -> bool:
    names = [node.child_by_field_name("name") for node in module.root.children]
    return "create_app" in [module.text(name) for name in names if name is not None]


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

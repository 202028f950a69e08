"""The module of a project that makes its FastAPI application, and what includes endpoints in it."""

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scaffold.errors import UsageMistake

IMPORTS = (
    "from app.endpoints import routers",
    "from app.http.application import Application",
    "from app.middleware import middleware",
)
CREATE_APP = '''

def create_app() -> Application:
    """Return the application; the tests of endpoints ask for it here."""
    return {name}
'''
SKIPPED = {"tests", "test", "docs", "build", "dist", "node_modules", "site-packages"}


@dataclass(frozen=True)
class Made:
    """The statement that makes the application: `NAME = FastAPI(...)`."""

    name: str
    statement: ast.Assign | ast.AnnAssign
    call: ast.Call


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
        return _made(ast.parse(path.read_bytes()))
    except (SyntaxError, ValueError):
        return None


def _made(tree: ast.Module) -> Made | None:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(node.value, ast.Call):
            continue
        function = node.value.func
        called = function.attr if isinstance(function, ast.Attribute) else None
        called = function.id if isinstance(function, ast.Name) else called
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if called in ("FastAPI", "Application") and isinstance(target, ast.Name):
            return Made(target.id, node, node.value)
    return None


def with_endpoints(source: str, *, tested: bool) -> str:
    """Return the text of a module whose application includes the generated endpoints.

    Args:
        source: the module.
        tested: whether it is the module from which the generated tests import `create_app`.
    """
    tree = ast.parse(source)
    made = _made(tree)
    if made is None or IMPORTS[0] in source:
        return source
    lines = source.splitlines(keepends=True)
    if not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    if tested and "create_app" not in functions and made.statement in tree.body:
        lines.append(CREATE_APP.format(name=made.name))
    indent = " " * made.statement.col_offset
    lines.insert(_last_include(tree, made), f"{indent}{made.name}.include_endpoints(routers)\n")
    _replace_call(lines, made.call)
    place = _after_imports(tree)
    lines[place:place] = [f"{line}\n" for line in IMPORTS if line not in source]
    return "".join(lines)


def _last_include(tree: ast.Module, made: Made) -> int:
    """Return the number of lines up to the last statement that includes something."""
    ends = [made.statement.end_lineno or 0]
    for node in ast.walk(tree):
        if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
            continue
        function = node.value.func
        if (
            isinstance(function, ast.Attribute)
            and function.attr == "include_router"
            and ast.unparse(function.value) == made.name
            and node.col_offset == made.statement.col_offset
        ):
            ends.append(node.end_lineno or 0)
    return max(ends)


def _replace_call(lines: list[str], call: ast.Call) -> None:
    """Call `Application` instead, with the generated middleware."""
    function = call.func
    stop = function.end_col_offset or 0
    row, end = call.end_lineno or 0, (call.end_col_offset or 0) - 1
    inside = call.args or call.keywords
    above = lines[row - 2]
    if not lines[row - 1].encode()[:end].strip() and above.rstrip().endswith(","):
        indent = above[: len(above) - len(above.lstrip())]
        lines.insert(row - 1, f"{indent}outermost=middleware,\n")
    else:
        _splice(
            lines, row, end, end, ", outermost=middleware" if inside else "outermost=middleware"
        )
    _splice(lines, function.lineno, function.col_offset, stop, "Application")


def _splice(lines: list[str], row: int, start: int, stop: int, text: str) -> None:
    """Replace a part of a line; columns count bytes, as those of `ast` do."""
    line = lines[row - 1].encode()
    lines[row - 1] = (line[:start] + text.encode() + line[stop:]).decode()


def _after_imports(tree: ast.Module) -> int:
    ends = [n.end_lineno or 0 for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
    docstring = tree.body[0].end_lineno if ast.get_docstring(tree) else 0
    return max([*ends, docstring or 0])

"""What owners do to a stub, as they would do it in an editor."""

import ast
import re
import sys
from collections.abc import Callable, Sequence
from random import Random

Edit = Callable[[str], str]
"""What becomes of a module."""


def endpoint_of(source: str) -> ast.AsyncFunctionDef | ast.FunctionDef:
    """Return the function that answers: the one with a decorator of the router."""
    return next(
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef) and node.decorator_list
    )


def replaced_lines(source: str, first: int, last: int, lines: str) -> str:
    """Return a text with other lines in the place of some, which are counted from 1."""
    rows = source.splitlines(keepends=True)
    return "".join([*rows[: first - 1], lines, *rows[last:]])


def with_import(source: str, line: str) -> str:
    """Return a module with one more import, where ruff would sort it."""
    rows = source.splitlines(keepends=True)
    imports = [
        node for node in ast.parse(source).body if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    if line.startswith("import "):
        first = imports[0]
        root = (first.module or "") if isinstance(first, ast.ImportFrom) else first.names[0].name
        is_standard = root.partition(".")[0] in sys.stdlib_module_names
        return replaced_lines(
            source, first.lineno, first.lineno - 1, f"{line}\n" + "\n" * (not is_standard)
        )
    own = [node for node in imports if rows[node.lineno - 1].startswith("from app")]
    behind = [node for node in own if rows[node.lineno - 1] > line]
    if behind:
        return replaced_lines(source, behind[0].lineno, behind[0].lineno - 1, f"{line}\n")
    last = imports[-1].end_lineno or 0
    return replaced_lines(source, last + 1, last, "\n" * (not own) + f"{line}\n")


def real_data(source: str) -> str:
    """Answer with what is stored, in place of the example."""
    function = endpoint_of(source)
    wait = "await " if isinstance(function, ast.AsyncFunctionDef) else ""
    load = f'    stored = {wait}load("{function.name}")\n'
    last = function.body[-1]
    source = with_import(source, "from app.storage import load, shown")
    last = endpoint_of(source).body[-1]
    if isinstance(last, ast.Return):
        made = next((node for node in endpoint_of(source).body if _assigns(node, last)), last)
        value = made.value if isinstance(made, ast.Return | ast.Assign) else None
        name = value.func if isinstance(value, ast.Call) else None
        inner = f"{ast.unparse(name)}(**shown(stored))" if name else "shown(stored)"
        head = "return" if made is last else f"{ast.unparse(made.targets[0])} ="  # type: ignore[union-attr]
        lines = f"{load}    if stored is None:\n        raise KeyError\n    {head} {inner}\n"
        return replaced_lines(source, made.lineno, made.end_lineno or 0, lines)
    return replaced_lines(source, (last.end_lineno or 0) + 1, last.end_lineno or 0, load)


def _assigns(node: ast.stmt, last: ast.Return) -> bool:
    return (
        isinstance(node, ast.Assign)
        and isinstance(last.value, ast.Name)
        and ast.unparse(node.targets[0]) == last.value.id
    )


def imported(source: str) -> str:
    """Import something, and use it above the endpoint."""
    source = with_import(source, "import logging")
    return source.replace(
        "router = APIRouter()\n", "router = APIRouter()\nlogger = logging.getLogger(__name__)\n"
    )


def more_fastapi(source: str) -> str:
    """Import one more name from FastAPI, and refuse with it what is not there."""
    source = _with_names(source, "HTTPException", "status")
    function = endpoint_of(source)
    at = function.body[1].lineno if len(function.body) > 1 else (function.end_lineno or 0) + 1
    lines = "    if is_closed():\n        raise HTTPException(status.HTTP_403_FORBIDDEN)\n"
    return replaced_lines(
        with_import(source, "from app.opening import is_closed"), at + 1, at, lines
    )


def parameter(source: str) -> str:
    """Take a parameter of the query, with a default."""
    function = endpoint_of(source)
    name = re.search(rf"def {function.name}\(", source)
    assert name
    start = name.end()
    depth, stop = 1, start
    while depth:
        depth += {"(": 1, ")": -1}.get(source[stop], 0)
        stop += 1
    inside = source[start : stop - 1]
    if "\n" in inside:
        inside = f"{inside.rstrip().rstrip(',')},\n    verbose: bool = False,\n"
    else:
        inside = ", ".join(filter(None, [inside, "verbose: bool = False"]))
    source = source[:start] + inside + source[stop - 1 :]
    function = endpoint_of(source)
    at = function.body[1].lineno if len(function.body) > 1 else (function.end_lineno or 0) + 1
    return replaced_lines(source, at, at - 1, "    print(verbose)\n")


def dependency(source: str) -> str:
    """Take a parameter that a dependency gives, in front of all others."""
    function = endpoint_of(source)
    source = (
        re.sub(
            rf"def {function.name}\((\n?)( *)",
            lambda found: (
                f"def {function.name}({found[1]}{found[2]}store: StoreOfThis,"
                + (f"\n{found[2]}" if found[1] else " ")
            ),
            source,
            count=1,
        )
        .replace(",  )", ")")
        .replace(", )", ")")
    )
    return with_import(source, "from app.stores import StoreOfThis")


def decorator_argument(source: str) -> str:
    """Name the operation and a tag."""
    return _with_arguments(source, 'tags=["public"]', 'summary="One of them"')


def _with_arguments(source: str, *arguments: str) -> str:
    """Return a module whose decorator has more arguments, behind the path."""
    call = endpoint_of(source).decorator_list[0]
    assert isinstance(call, ast.Call)
    first = call.args[0]
    rows = source.splitlines(keepends=True)
    row, at = rows[(first.end_lineno or 0) - 1], first.end_col_offset or 0
    between = f",\n{row[: len(row) - len(row.lstrip())]}" if row[at:] == ",\n" else ", "
    rows[(first.end_lineno or 0) - 1] = row[:at] + between + between.join(arguments) + row[at:]
    return "".join(rows)


def more_responses(source: str) -> str:
    """Describe one more answer."""
    teapot = '418: {"description": "A teapot"}'
    if "responses={\n" in source:
        return source.replace("responses={\n", f"responses={{\n        {teapot},\n", 1)
    found = re.search(r"responses=((?:\w|\.)+\([^()]*\)|[A-Z_]+)", source)
    if found is None:
        return _with_arguments(source, f"responses={{{teapot}}}")
    merged = f"responses={{**{found[1]}, {teapot}}}"
    return source[: found.start()] + merged + source[found.end() :]


def guard(source: str) -> str:
    """Ask a dependency before the endpoint."""
    source = with_import(source, "from app.guards import opened")
    if "dependencies=[" in source:
        return re.sub(
            r"dependencies=\[(\s*)", r"dependencies=[\1Depends(opened), \1", source, count=1
        )
    source = _with_arguments(source, "dependencies=[Depends(opened)]")
    return _with_names(source, "Depends")


def _with_names(source: str, *names: str) -> str:
    """Return a module that imports more names from FastAPI."""
    found = re.search(r"from fastapi import (.+)\n", source)
    assert found
    more = sorted({*found[1].split(", "), *names}, key=lambda name: (name.islower(), name))
    return source.replace(found[0], f"from fastapi import {', '.join(more)}\n", 1)


def renamed_local(source: str) -> str:
    """Give the response another name."""
    function = endpoint_of(source)
    start = source.index("\n", source.index(f"def {function.name}("))
    head, body = (
        source[: source.rindex("\n", 0, start) + 1],
        source[source.rindex("\n", 0, start) + 1 :],
    )
    return head + re.sub(r"(?<![.\w])response(?=[,:.)\s])(?! model)", "reply", body)


def helper(source: str) -> str:
    """Write a function, and call it."""
    function = endpoint_of(source)
    text = "def audited(what: str) -> None:\n    print(what)\n\n\n"
    at = function.decorator_list[0].lineno
    source = replaced_lines(source, at, at - 1, text)
    function = endpoint_of(source)
    at = (function.body[0].end_lineno or 0) + 1
    return replaced_lines(source, at, at - 1, f'    audited("{function.name}")\n')


def comments(source: str) -> str:
    """Write comments: above a statement, behind one, and above the endpoint."""
    function = endpoint_of(source)
    last = function.body[-1]
    rows = source.splitlines(keepends=True)
    rows[(last.end_lineno or 0) - 1] = (
        rows[(last.end_lineno or 0) - 1].rstrip("\n") + "  # the newest one\n"
    )
    rows.insert(last.lineno - 1, "    # Ask before you change this.\n")
    rows.insert(function.decorator_list[0].lineno - 1, "# Public since 2024.\n")
    return "".join(rows)


def reformatted(source: str) -> str:
    """Break the lines of the endpoint as another formatter would."""
    function = endpoint_of(source)
    first = function.decorator_list[0].lineno
    head = "".join(source.splitlines(keepends=True)[: first - 1])
    tail = "".join(source.splitlines(keepends=True)[first - 1 :])
    tail = re.sub(r"def (\w+)\(([^()\n]+)\) ->", r"def \1(\n    \2\n) ->", tail)
    return head.replace("router = APIRouter()\n", "router = APIRouter()\n\n") + re.sub(
        r"return (\w+)\(([^()\n]+)\)\n", r"return \1(\n        \2,\n    )\n", tail
    )


EDITS: tuple[Edit, ...] = (
    real_data,
    imported,
    more_fastapi,
    parameter,
    dependency,
    decorator_argument,
    more_responses,
    guard,
    renamed_local,
    helper,
    comments,
    reformatted,
)


def several(random: Random, source: str) -> list[Edit]:
    """Return one to three edits that change a module, as its owner would do them one by one."""
    return random.sample([edit for edit in EDITS if edit(source) != source], random.randint(1, 3))


def after(edits: Sequence[Edit], source: str) -> str:
    """Return a module after edits."""
    for edit in edits:
        source = edit(source)
    return source

"""What a command writes still parses, where it did before.

Every writer of a project's files goes through `spoiled`: merges, which then are conflicts, and the
plan of each command, which then is refused.
"""

import ast
import tomllib
import warnings
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import PurePosixPath

from scaffold.project.python_text import PythonText

Fault = str | None
"""Why a text does not parse; None where it does."""


def spoiled(path: str, given: Sequence[bytes], made: bytes) -> Fault:
    """Return why a file does not parse any more, although everything that it was made of did.

    Args:
        path: where it stands, which says what it is.
        given: what it was made of; nothing for a new file.
        made: what it holds.
    """
    for check in _CHECKS.get(PurePosixPath(path).suffix, ()):
        fault = check(made)
        if fault is not None and not any(map(check, given)):
            return fault
    return None


def python_tree(content: bytes) -> ast.Module | None:
    """Return the syntax tree of a module; None if this Python cannot compile it."""
    if _compiled(content) is not None:
        return None
    with warnings.catch_warnings(action="ignore"):
        return ast.parse(content)


@lru_cache(maxsize=10_000)
def _compiled(content: bytes) -> Fault:
    """Compile a module; it may be written for a newer Python than the one that runs here."""
    try:
        PythonText.read(content)
        with warnings.catch_warnings(action="ignore"):
            compile(content, "module", "exec", dont_inherit=True)
    except SyntaxError as error:
        return f"{error.msg} (line {error.lineno})" if error.lineno else f"{error.msg}"
    except (ValueError, RecursionError, MemoryError) as error:
        return str(error) or "it is nested too deeply"
    return None


def _parsed(content: bytes) -> Fault:
    """Parse a module by the grammar of the newest Python."""
    try:
        broken = PythonText.read(content).root.has_error
    except ValueError as error:
        return str(error)
    return "invalid syntax" if broken else None


def _loaded(content: bytes) -> Fault:
    try:
        tomllib.loads(content.decode())
    except ValueError as error:
        return str(error)
    return None


_CHECKS: dict[str, tuple[Callable[[bytes], Fault], ...]] = {
    ".py": (_compiled, _parsed),
    ".toml": (_loaded,),
}

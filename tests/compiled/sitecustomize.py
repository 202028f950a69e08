"""Lets all processes of one test run share what Jinja compiles, which takes most of a render.

Python imports this module when it starts, wherever this folder is in `PYTHONPATH`. Code is kept in
the folder that `COMPILED_TEMPLATES` names, under all that decides what Jinja makes of a template;
only the path of its file is left out, since tests copy the template to many places.
"""

import hashlib
import importlib.abc
import importlib.machinery
import importlib.util
import marshal
import os
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

FOLDER = os.environ.get("COMPILED_TEMPLATES")
OPTIONS = (
    "block_start_string",
    "block_end_string",
    "variable_start_string",
    "variable_end_string",
    "comment_start_string",
    "comment_end_string",
    "line_statement_prefix",
    "line_comment_prefix",
    "trim_blocks",
    "lstrip_blocks",
    "newline_sequence",
    "keep_trailing_newline",
    "optimized",
    "sandboxed",
    "is_async",
    "autoescape",
    "finalize",
    "undefined",
)
"""What an environment is made with, as far as it decides about code."""


class JinjaFinder(importlib.abc.MetaPathFinder):
    """Finds Jinja's compiler when it is first imported, which many processes never do."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the module as it would be found, and remember what it compiles."""
        if name != "jinja2.environment":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                load(module)
                remember(module.Environment)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def remember(environment: Any) -> None:
    """Let environments look for code in the folder before they compile."""
    real = environment.compile

    def compile_once(
        self: Any, source: Any, name: Any = None, filename: Any = None, *rest: Any, **how: Any
    ) -> Any:
        if rest or how or not isinstance(source, str):
            return real(self, source, name, filename, *rest, **how)
        # Copier's extension begins a new loop when it is given a source.
        file = Path(str(FOLDER), key(self, self.preprocess(source, name, filename), name))
        try:
            code: CodeType = marshal.loads(file.read_bytes())
        except FileNotFoundError:
            code = real(self, source, name, filename)
            with tempfile.NamedTemporaryFile(dir=FOLDER, delete=False) as written:
                written.write(marshal.dumps(code))
            os.replace(written.name, file)
        return code.replace(co_filename=filename or "<template>")

    environment.compile = compile_once


@cache
def jinja_version() -> str:
    """Return the version of Jinja that compiles."""
    return version("jinja2")


def key(environment: Any, source: str, name: str | None) -> str:
    """Return the name of the file that holds the code of a template."""
    options = [repr(getattr(environment, option)) for option in OPTIONS]
    # Filters and tests of constants are applied while a template is compiled.
    applied = [*environment.filters.items(), *environment.tests.items()]
    functions = [(name, one.__module__, getattr(one, "__qualname__", "")) for name, one in applied]
    known = [sys.version, jinja_version(), str(type(environment)), *options]
    extensions = sorted(environment.extensions)
    made_from = repr([known, extensions, sorted(functions), source, name])
    return hashlib.sha256(made_from.encode()).hexdigest()


if FOLDER and "jinja2.environment" in sys.modules:
    remember(sys.modules["jinja2.environment"].Environment)  # type: ignore[attr-defined]
elif FOLDER:
    sys.meta_path.insert(0, JinjaFinder())

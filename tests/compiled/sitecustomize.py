"""Lets all processes of one test run share what takes most of a render.

That is what Jinja compiles, and what Copier parses of the questions and the patterns they include.
Python imports this module when it starts, wherever this folder is in `PYTHONPATH`. Both are kept in
the folder that `COMPILED_TEMPLATES` names, under all that decides what becomes of a template; only
the path of its file is left out, since tests copy the template to many places.
"""

import hashlib
import importlib.abc
import importlib.machinery
import importlib.util
import marshal
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
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


class Finder(importlib.abc.MetaPathFinder):
    """Finds Jinja's compiler and Copier's parser when they are first imported, if they ever are."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the module as it would be found, and let it share what it makes."""
        if name not in SHARING:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        sys.meta_path.insert(0, self)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                load(module)
                SHARING[name](module)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def share_compiled(module: Any) -> None:
    """Let Jinja's environments look for code in the folder before they compile."""
    environment = module.Environment
    real = environment.compile

    def compile_once(
        self: Any, source: Any, name: Any = None, filename: Any = None, *rest: Any, **how: Any
    ) -> Any:
        if rest or how or not isinstance(source, str):
            return real(self, source, name, filename, *rest, **how)
        # Copier's extension begins a new loop when it is given a source.
        code: CodeType = shared(
            key(self, self.preprocess(source, name, filename), name),
            lambda: real(self, source, name, filename),
        )
        return code.replace(co_filename=filename or "<template>")

    environment.compile = compile_once


def share_parsed(module: Any) -> None:
    """Let Copier look for what a template asks in the folder before it parses."""
    real = module.load_template_config

    def parse_once(conf_path: Path, *rest: Any, **how: Any) -> Any:
        return shared(key_of_questions(conf_path), lambda: real(conf_path, *rest, **how))

    module.load_template_config = parse_once


def shared(key: str, make: Callable[[], Any]) -> Any:
    """Return a copy of what a process of this run has made under this key; make it if none has."""
    file = Path(str(FOLDER), key)
    try:
        return marshal.loads(file.read_bytes())
    except FileNotFoundError:
        made = make()
        with tempfile.NamedTemporaryFile(dir=FOLDER, delete=False) as written:
            written.write(marshal.dumps(made))
        os.replace(written.name, file)
        return made


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


def key_of_questions(conf_path: Path) -> str:
    """Return the name of the file that holds what Copier parses of a template's questions."""
    digest = hashlib.sha256(f"{sys.version} {conf_path.name}".encode())
    # Copier's `!include` takes in any of them.
    for path in sorted([*conf_path.parent.rglob("*.yml"), *conf_path.parent.rglob("*.yaml")]):
        content = path.read_bytes()
        digest.update(f"\0{path.relative_to(conf_path.parent)}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


SHARING = {"jinja2.environment": share_compiled, "copier._template": share_parsed}

if FOLDER:
    sys.meta_path.insert(0, Finder())
    for loaded in SHARING.keys() & sys.modules.keys():
        SHARING[loaded](sys.modules[loaded])

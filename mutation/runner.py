"""Runs tests of a generated project against mutants of its modules, each in a fork of this process.

Frameworks and the project are imported once, here; a fork imports the changed module again, and
those that import it. So a mutant costs the time of its tests, not that of starting Python.
"""

import ast
import compileall
import gc
import importlib
import importlib.machinery
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import CodeType
from typing import Any

import anyio.pytest_plugin
import pytest

from mutation.mutants import Mutant, mutants

LIMIT = 60
"""Seconds after which the tests of a mutant are taken to have noticed that it never ends.

All tests take a quarter of them.
"""

FRAMEWORKS = (
    "fastapi.testclient",
    "fastapi.sse",
    "jinja2",
    "openapi_spec_validator",
    "ormsgpack",
    "pydantic_settings",
    "starlette.middleware.cors",
    "uvicorn",
    "zipstream",
)
PLUGINS = [anyio.pytest_plugin]
"""What a generated project has: anyio comes with Starlette."""

QUIET = ("-q", "-x", "-p", "no:cacheprovider")


@dataclass(frozen=True)
class Job:
    """A mutant of a module, whose path is relative to the project; without one, as it is."""

    module: str
    mutant: Mutant | None


def jobs(project: Path, modules: Sequence[str]) -> list[Job]:
    """Return a job for every module, or for all of `app/`, and then for each of their mutants."""
    paths = sorted(project.glob("app/**/*.py"))
    names = [path.relative_to(project).as_posix() for path in paths]
    unknown = set(modules) - set(names)
    if unknown:
        raise ValueError(f"not in the project: {', '.join(sorted(unknown))}")
    chosen = modules or names
    return [Job(name, None) for name in chosen] + [
        Job(name, mutant)
        for name in chosen
        for mutant in mutants((project / name).read_text(encoding="utf-8"))
    ]


def survivors(
    project: Path, work: Sequence[Job], workers: int, limit: int = LIMIT
) -> Iterator[tuple[Job, bool]]:
    """Yield each job with whether its mutant survived all tests, in the order of being done."""
    dependents = _load(project)
    waiting, running = list(reversed(work)), {}
    while waiting or running:
        while waiting and len(running) < workers:
            job = waiting.pop()
            running[_start(project, job, dependents[job.module], limit)] = job
        process, status = os.wait()
        ended = os.waitstatus_to_exitcode(status)
        job = running.pop(process)
        if ended and job.mutant is None:
            raise RuntimeError(f"the tests of {job.module} fail without any change")
        yield job, ended == 0


def _load(project: Path) -> dict[str, set[str]]:
    """Import everything, and return by module path the names of those that it is part of."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.chdir(project)
    sys.path.insert(0, str(project))
    compileall.compile_dir(project / "app", quiet=1)
    for name in FRAMEWORKS:
        importlib.import_module(name)
    paths = {_name(path.relative_to(project)): path for path in sorted(project.glob("app/**/*.py"))}
    imports = {name: _imports(path) & paths.keys() for name, path in paths.items()}
    for name in paths:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    return {
        path.relative_to(project).as_posix(): _dependents(name, imports)
        for name, path in paths.items()
    }


def _name(path: Path) -> str:
    return ".".join(part for part in path.with_suffix("").parts if part != "__init__")


def _imports(path: Path) -> set[str]:
    """Return what a module imports: `from a.b import c` may be the module `a.b` or `a.b.c`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return found


def _dependents(name: str, imports: dict[str, set[str]]) -> set[str]:
    """Return the module and all that import it, directly or by way of another one."""
    found = {name}
    while more := {one for one, needs in imports.items() if needs & found} - found:
        found |= more
    return found


def _start(project: Path, job: Job, dependents: set[str], limit: int) -> int:
    """Test one mutant in a process of its own, and return the process's id."""
    process = os.fork()
    if process:
        return process
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    try:
        signal.alarm(limit)
        status = _test(project, job, dependents)
    except BaseException:
        status = 1  # as pytest's command would end: nobody expects such a mutant
    os._exit(status)


def _test(project: Path, job: Job, dependents: set[str]) -> int:
    """Run the tests beside the module, and then all; the first one that fails ends it."""
    near = nearest_tests(project, job.module)
    if job.mutant is not None:
        _replace(project / job.module, job.mutant.source)
        for name in dependents:
            del sys.modules[name]
    if near and ((status := _pytest(near)) or job.mutant is None):
        return status
    return _pytest([f"--deselect={test}" for test in near])


def _pytest(arguments: Sequence[str]) -> int:
    """Run pytest with a folder of its own: numbering them fails where many are made at once."""
    with TemporaryDirectory() as folder:
        own = f"--basetemp={folder}/pytest"
        return int(pytest.main([*QUIET, own, *arguments], PLUGINS))


def _replace(file: Path, source: bytes) -> None:
    """Let Python import this source in place of the file's."""
    original = importlib.machinery.SourceFileLoader.get_code

    def get_code(self: Any, name: str) -> CodeType | None:
        if Path(self.path) == file:
            return compile(source, self.path, "exec", dont_inherit=True)
        return original(self, name)

    importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign]


def nearest_tests(project: Path, module: str) -> list[str]:
    """Return the test files beside a module, and for a cookie those of the stubs that use it."""
    path = Path(module)
    if path.parts[1] in ("http", "endpoints"):
        beside = Path("tests", path.parts[1], f"test_{path.name}")
        return [str(beside)] if (project / beside).exists() else []
    if path.parts[1] == "cookies":
        name = f"app.cookies.{path.stem} "
        stubs = sorted((project / "app/endpoints").glob("*.py"))
        using = [stub for stub in stubs if name in stub.read_text(encoding="utf-8")]
        return [f"tests/endpoints/test_{stub.name}" for stub in using]
    return ["tests/test_middleware.py"]

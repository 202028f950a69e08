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
import resource
import signal
import sys
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import resolve_name
from pathlib import Path
from tempfile import TemporaryDirectory
from types import CodeType
from typing import Any

import anyio.pytest_plugin
import pytest

from mutation.mutants import Mutant, mutants

LIMIT = 60
"""Seconds of processor time after which tests have noticed that a mutant never ends.

All tests take a quarter of them. Those that only wait have four times as long, and one alone has
a third of it.
"""

UNTESTED = 70
"""The exit status of a process that has not come to the tests: that says nothing of a mutant."""

FRAMEWORKS = (
    "fastapi.testclient",
    "fastapi.sse",
    "jinja2",
    "openapi_spec_validator",
    "ormsgpack",
    "python_multipart",
    "pydantic_settings",
    "starlette.middleware.cors",
    "uvicorn",
    "zipstream",
)
PLUGINS: list[Any] = [anyio.pytest_plugin]
"""What a generated project has: anyio comes with Starlette."""


class Patience:
    """A plugin of pytest that ends this process when all tests, or a single one, wait too long."""

    def __init__(self, limit: float) -> None:
        self.each = limit / 3
        self.end = time.monotonic() + 4 * limit
        self.wait(self.left())

    def left(self) -> float:
        """Return how many seconds there are for what is left."""
        return max(0.01, self.end - time.monotonic())

    def wait(self, seconds: float) -> None:
        """Let this process end after so many seconds, unless it is asked to wait again."""
        signal.setitimer(signal.ITIMER_REAL, seconds)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> Generator[None, object, object]:
        """Wait for one test, and then for the others."""
        self.wait(min(self.each, self.left()))
        result = yield
        self.wait(self.left())
        return result


Imports = dict[str, set[str]]
"""The modules of a project, and which of the others each of them imports."""

QUIET = ("-q", "-x", "-p", "no:cacheprovider", "--assert=plain", "--tb=no")
"""Nobody reads how a test failed, and to say it can take longer than the test."""


@dataclass(frozen=True)
class Job:
    """A mutant of a module, whose path is relative to the project; without one, tests to pass.

    One that is known to survive is not tried on the tests that are far from it.
    """

    module: str
    mutant: Mutant | None
    tests: tuple[str, ...] = ()
    known: bool = False


def jobs(project: Path, modules: Sequence[str]) -> list[Job]:
    """Return a job for each mutant of the modules that the project has; without any, of all."""
    paths = {path.relative_to(project).as_posix(): path for path in project.glob("app/**/*.py")}
    return [
        Job(name, mutant)
        for name in modules or sorted(paths)
        if name in paths
        for mutant in mutants(paths[name].read_text(encoding="utf-8"))
    ]


def unchanged(project: Path, modules: Iterable[str]) -> list[Job]:
    """Return a job without a mutant, of all tests that are beside the modules."""
    tests = {test: None for name in modules for test in nearest_tests(project, name)}
    return [Job("the project", None, tuple(tests))]


def survivors(
    project: Path, work: Sequence[Job], workers: int, limit: int = LIMIT
) -> Iterator[tuple[Job, bool]]:
    """Yield each job with whether its mutant survived all tests, in the order of being done."""
    imports = _load(project)
    waiting = list(reversed(work))
    running: dict[int, Job] = {}
    while waiting or running:
        while waiting and len(running) < workers:
            job = waiting.pop()
            running[_start(project, job, imports, limit)] = job
        process, status = os.wait()
        ended = os.waitstatus_to_exitcode(status)
        job = running.pop(process)
        if ended and job.mutant is None:
            raise RuntimeError(f"the tests of {job.module} fail without any change")
        if ended == UNTESTED:
            raise RuntimeError(f"{job.module} could not be changed")
        yield job, ended == 0


def _load(project: Path) -> Imports:
    """Import everything, and return what the modules import of each other.

    What was imported of another project, or of the tests of this repository, is forgotten.
    """
    for name in [name for name in sys.modules if name.partition(".")[0] in ("app", "tests")]:
        del sys.modules[name]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.chdir(project)
    sys.path.insert(0, str(project))
    compileall.compile_dir(project / "app", quiet=1)
    for name in FRAMEWORKS:
        importlib.import_module(name)
    paths = {_name(path.relative_to(project)): path for path in sorted(project.glob("app/**/*.py"))}
    imports = {name: _imports(name, path) & paths.keys() for name, path in paths.items()}
    for name in paths:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    return imports


def _name(path: Path | str) -> str:
    """Return the name by which a module is imported."""
    parts = Path(path).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def _imports(module: str, path: Path) -> set[str]:
    """Return what a module imports: `from a.b import c` may be the module `a.b` or `a.b.c`."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom):
            source = resolve_name(f"{'.' * node.level}{node.module or ''}", package)
            found |= {source, *(f"{source}.{one.name}" for one in node.names)}
    return found


def _dependents(name: str, imports: Imports) -> set[str]:
    """Return the module and all that import it, directly or by way of another one."""
    found = {name}
    while more := {one for one, needs in imports.items() if needs & found} - found:
        found |= more
    return found


def _start(project: Path, job: Job, imports: Imports, limit: int) -> int:
    """Test one mutant in a process of its own, and return the process's id."""
    process = os.fork()
    if process:
        return process
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    try:
        if job.mutant is not None:
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
            PLUGINS.append(Patience(limit))
            _replace(project / job.module, job.mutant.source)
            for name in _dependents(_name(job.module), imports):
                del sys.modules[name]
    except BaseException:
        os._exit(UNTESTED)
    try:
        status = _test(project, job, imports)
    except BaseException:
        status = 1  # as pytest's command would end: nobody expects such a mutant
    os._exit(status)


def _test(project: Path, job: Job, imports: Imports) -> int:
    """Run the tests beside the module, those beside its neighbours, and then all others.

    The first one that fails ends it. All others take longer than those near hundreds of mutants.
    """
    if job.mutant is None:
        return _pytest(job.tests)
    near = nearest_tests(project, job.module)
    if near and (status := _pytest(near)):
        return status
    next_to_them = sorted(_neighbours(project, job.module, imports).difference(near))
    if next_to_them and (status := _pytest(next_to_them)):
        return status
    if job.known and near:
        return 0
    return _pytest([f"--deselect={test}" for test in [*near, *next_to_them]])


def _neighbours(project: Path, module: str, imports: Imports) -> set[str]:
    """Return the test files beside the modules that this one imports, or that import it."""
    name = _name(module)
    paths = [path.relative_to(project) for path in project.glob("app/**/*.py")]
    near = [
        path.as_posix()
        for path in paths
        if _name(path) in imports[name] or name in imports[_name(path)]
    ]
    return {test for one in near for test in nearest_tests(project, one)}


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

    importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign, assignment]


def nearest_tests(project: Path, module: str) -> list[str]:
    """Return the test files beside a module, and for a cookie those of the stubs that use it."""
    path = Path(module)
    beside = Path("tests", *path.parts[1:-1], f"test_{path.name}")
    if (project / beside).exists():
        return [str(beside)]
    if path.parts[1] in ("http", "endpoints"):
        return []
    if path.parts[1] == "cookies":
        name = f"app.cookies.{path.stem} "
        stubs = sorted((project / "app/endpoints").glob("*.py"))
        using = [stub for stub in stubs if name in stub.read_text(encoding="utf-8")]
        return [f"tests/endpoints/test_{stub.name}" for stub in using]
    return ["tests/test_middleware.py"]

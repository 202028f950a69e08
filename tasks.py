#!/usr/bin/env python3
"""The front door for contributors: sets up the environment by itself, then does a task.

    python3 tasks.py test [PYTEST ARGUMENT...]       check, type-check and test this repository
    python3 tasks.py full [PYTEST ARGUMENT...]       the same, and the tests that take minutes
    python3 tasks.py record                          write examples and docs of the catalogue anew
    python3 tasks.py docs                            build the site of the documentation
    python3 tasks.py bench [NAME]                    compare the speed with Copier's (commands,
                                                     lifecycle), or that (answers, streams, rows) of
                                                     what is generated with the same by hand
    python3 tasks.py numbers [--measure]             print what is claimed, and what was measured
    python3 tasks.py mutate [MODULE...]              break generated code, see its tests fail
    python3 tasks.py golden                          keep the answers that this version records
    python3 tasks.py release                         check and build the release that is committed
    python3 tasks.py rehearse                        release a clone, show what would be published
    python3 tasks.py number                          print the version that the commit releases
    python3 tasks.py address URL                     write another public address everywhere
    python3 tasks.py try [--preset NAME] [PATH]      generate a project and run its tests
    python3 tasks.py lock [--upgrade]                write requirements-dev.txt anew

Needs Python 3.11 or newer, pip and git. The environment is `.venv`; it is made again when
requirements-dev.txt or the Python version has changed.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(f"error: Python 3.11 or newer is needed, this is {sys.version.split()[0]}")

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
LOCK = ROOT / "requirements-dev.txt"
INSTALLED = VENV / "installed.txt"
OLDEST_PYTHON = "3.11"
ROOM = 4 * 2**30
"""How many bytes of memory must be free for the files of tests to be kept there."""


class TaskError(Exception):
    """A task can't go on; the message says why, in one line."""


def test(arguments: Sequence[str]) -> None:
    """Run every check and the tests, and say at the end which of them failed."""
    set_up()
    # Some tests wait for servers and screens, so there is one worker more than processors. The
    # groups with the fewest tests take longest, so those with more must not go first.
    workers = str((os.cpu_count() or 1) + 1)
    parallel = ["-n", workers, "--dist", "loadgroup", "--no-loadscope-reorder"]
    checks = [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
        ["pytest", *parallel, *arguments],
    ]
    with temporary_folder() as where:
        failed = [" ".join(check) for check in checks if run(*check, cwd=ROOT, **where) != 0]
    if failed:
        raise TaskError(f"failed: {', '.join(failed)}")


def full(arguments: Sequence[str]) -> None:
    """Run every check and every test, those too that install environments."""
    test(["--full", *arguments])


def bench(arguments: Sequence[str]) -> None:
    """Compare the speed of the command, or of what it generates, with that of its rivals."""
    set_up()
    what, *rest = arguments or ["commands"]
    if not (ROOT / "benchmarks" / f"{what}.py").exists():
        raise TaskError(
            f"no benchmark {what!r}; usage: tasks.py bench [answers|streams|rows|lifecycle|peers]"
        )
    if run("python", "-m", f"benchmarks.{what}", *rest):
        raise TaskError("a ratio is over its limit, or a command failed")


def numbers(arguments: Sequence[str]) -> None:
    """Print what this repository claims in numbers, and what was measured last."""
    set_up()
    if run("python", "-m", "tools.numbers", *arguments):
        raise TaskError("the numbers were not printed")


def mutate(arguments: Sequence[str]) -> None:
    """Change the code of the preset `tour` in every place, and expect its tests to notice."""
    set_up()
    if run("python", "-m", "mutation", *arguments):
        raise TaskError("too many mutants survive, or some that mutation/survivors.yml leaves out")


def record(arguments: Sequence[str]) -> None:
    """Write anew what is made of the catalogue and the code: examples, screens, parts of docs/."""
    set_up()
    if run("python", "-m", "tests.generated.record", *arguments):
        raise TaskError("a project could not be generated, or does not answer")
    if run("python", "-m", "tests.composition"):
        raise TaskError("docs/composition.md could not be written")
    if run("python", "-m", "tests.result_schemas"):
        raise TaskError("docs/schemas could not be written")
    if run("python", "-m", "tests.checker.wire"):
        raise TaskError("the pages of the rules could not be written")
    if run(
        "python", "-m", "pytest", "-q", "--full", "tests/wizard/test_terminal.py", SCREENS="write"
    ):
        raise TaskError("tests/screens could not be written")


def docs(arguments: Sequence[str]) -> None:
    """Build the site from `docs/`, the catalogue and the command line, into `.cache/docs/site`."""
    set_up()
    if run("python", "-m", "tools.site", *arguments):
        raise TaskError("the site was not built; see above")


def golden(arguments: Sequence[str]) -> None:
    """Write the answers files of the version that is about to be released."""
    set_up()
    if run("python", "-m", "tools.release", "golden", *arguments):
        raise TaskError("the answers were not written")


def release(arguments: Sequence[str]) -> None:
    """Build the wheel of the commit at hand, and check that it may be published."""
    set_up()
    if run("python", "-m", "tools.release", "build", *arguments):
        raise TaskError("this commit is no release; see above")


def rehearse(arguments: Sequence[str]) -> None:
    """Release a clone of the commit at hand, and show what would be published."""
    set_up()
    if run("python", "-m", "tools.release", "rehearse", *arguments):
        raise TaskError("this commit could not be released; see above")


def number(arguments: Sequence[str]) -> None:
    """Print the version that the commit at hand releases, and nothing else."""
    with redirect_stdout(sys.stderr):
        set_up()
    subprocess.run([str(PYTHON), "-m", "tools.release", "number"], cwd=ROOT, check=True)


def address(arguments: Sequence[str]) -> None:
    """Write another public address of this repository wherever it stands."""
    set_up()
    if run("python", "-m", "tools.address", *arguments):
        raise TaskError("usage: tasks.py address URL")


def try_(arguments: Sequence[str]) -> None:
    """Generate a project, and check and test it in the environment of this repository."""
    preset, path = "tour", "my-service"
    rest = list(arguments)
    while rest:
        argument = rest.pop(0)
        if argument == "--preset" and rest:
            preset = rest.pop(0)
        elif argument.startswith("--preset=") and argument != "--preset=":
            preset = argument.removeprefix("--preset=")
        elif argument.startswith("-") or path != "my-service":
            raise TaskError(f"cannot use {argument!r}; usage: tasks.py try [--preset NAME] [PATH]")
        else:
            path = argument
    project = Path(path).absolute()
    set_up()
    options = ["--preset", preset, "--defaults", "--no-sync"]
    if status := run("scaffold", "new", str(project), *options):
        raise TaskError(f"no project was generated (scaffold gave status {status})")
    checks = [["ruff", "check"], ["ruff", "format", "--check"], ["mypy"], ["pytest"]]
    failed = [" ".join(check) for check in checks if run(*check, cwd=project) != 0]
    if failed:
        raise TaskError(f"failed in {project}: {', '.join(failed)}")
    print(f"\nThe project works. To serve it:\n  cd {project} && {BIN / 'fastapi'} dev")


def lock(arguments: Sequence[str]) -> None:
    """Resolve requirements-dev.in for every supported Python and system, with hashes.

    Versions that are locked already stay, unless `--upgrade` or another requirement moves them.
    """
    if not (BIN / PYTHON.name.replace("python", "uv")).exists():
        # Not `set_up`: the lock file may be what is wrong.
        make_venv()
        pip_install("uv")
    options = ["--universal", "--generate-hashes", "--no-header", "--python-version", OLDEST_PYTHON]
    quiet = ["--quiet", "--no-emit-index-url", "--no-emit-find-links"]
    files = ["requirements-dev.in", "--output-file", LOCK.name]
    if run("uv", "pip", "compile", *options, *quiet, *arguments, *files):
        raise TaskError(f"{LOCK.name} is unchanged, because uv failed")


TASKS: dict[str, Callable[[Sequence[str]], None]] = {
    "test": test,
    "full": full,
    "try": try_,
    "bench": bench,
    "numbers": numbers,
    "mutate": mutate,
    "docs": docs,
    "golden": golden,
    "release": release,
    "rehearse": rehearse,
    "number": number,
    "address": address,
    "record": record,
    "lock": lock,
}


def set_up() -> None:
    """Make the locked environment, with this project in it, unless it is there already."""
    locked = digest(LOCK, ".".join(map(str, sys.version_info[:2])))
    project = digest(ROOT / "pyproject.toml", str(ROOT))
    installed = INSTALLED.read_text().split() if INSTALLED.exists() else []
    if installed == [locked, project] and PYTHON.exists():
        return
    if installed[:1] != [locked] or not PYTHON.exists():
        make_environment()
        INSTALLED.write_text(locked)
    pip_install("--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    INSTALLED.write_text(f"{locked}\n{project}\n")


@contextmanager
def temporary_folder() -> Iterator[dict[str, str]]:
    """Yield the variable that lets tests make their files in memory, where there is enough of it.

    They make a million files that live for a second, with which a disk spends a third of the time.
    """
    memory = "/dev/shm"
    if (
        "TMPDIR" in os.environ
        or not os.access(memory, os.W_OK)
        or os.statvfs(memory).f_flag & os.ST_NOEXEC
        or shutil.disk_usage(memory).free < ROOM
    ):
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="tests-", dir=memory) as folder:
        os.chmod(folder, 0o711)  # PostgreSQL has another owner
        yield {"TMPDIR": folder}


def make_environment() -> None:
    """Make `.venv` anew and install what the lock file says, and nothing else."""
    print("Setting up .venv; this takes about a minute.", flush=True)
    make_venv()
    pip_install("--require-hashes", "--requirement", str(LOCK))


def make_venv() -> None:
    """Make an empty `.venv`, in place of any other."""
    # Not sys.executable, which is inside .venv when that is activated.
    base = getattr(sys, "_base_executable", None) or sys.executable
    if subprocess.run([base, "-m", "venv", "--clear", str(VENV)]).returncode:
        raise TaskError("cannot make .venv (on Debian and Ubuntu, install python3-venv first)")


def pip_install(*arguments: str) -> None:
    """Install into `.venv` with the pip that came with it."""
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    if subprocess.run([*pip, *arguments], cwd=ROOT).returncode:
        raise TaskError("pip could not install the development environment; see above")


def digest(file: Path, more: str) -> str:
    """Return a hash that changes with the file, and with anything else that matters."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        raise TaskError(f"{file.name} is missing from {ROOT}") from None
    return hashlib.sha256(content.replace(b"\r\n", b"\n") + more.encode()).hexdigest()


def run(program: str, *arguments: str, cwd: Path | None = None, **variables: str) -> int:
    """Show and run a program of the environment, with some variables; return its exit status."""
    given = [f"{name}={value}" for name, value in variables.items()]
    print(f"\n$ {' '.join([*given, program, *arguments])}", flush=True)
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)])
    environment = {**os.environ, "PATH": path, "VIRTUAL_ENV": str(VENV), **variables}
    executable = BIN / (f"{program}.exe" if os.name == "nt" else program)
    if not executable.exists():
        raise TaskError(f"{program} is not in .venv; is it missing from requirements-dev.in?")
    command = [str(executable), *arguments]
    return subprocess.run(command, cwd=cwd or ROOT, env=environment).returncode


def main(arguments: Sequence[str]) -> int:
    """Do the task that the first argument names; return the exit status."""
    task = TASKS.get(arguments[0]) if arguments else None
    if task is None:
        asked_for_help = arguments[:1] in (["-h"], ["--help"], ["help"])
        print(__doc__, file=sys.stdout if asked_for_help else sys.stderr)
        return 0 if asked_for_help else 2
    try:
        task(arguments[1:])
    except TaskError as error:
        print(f"\nerror: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nerror: interrupted", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

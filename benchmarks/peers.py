"""What other generators of FastAPI projects begin with, beside a preset of this one.

    python3 tasks.py bench peers [NAME...]       make a project with each, and measure it
    python3 tasks.py bench peers --folder PATH   measure any project, however it was made

A project gets an environment of its own, with what it declares. Files and lines are those that its
owner gets, lock files aside; its tests run as they are; ruff has the project's own settings, mypy
is told `--strict`. Needs uv and a package index; each takes a minute or two.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

PEERS: Mapping[str, tuple[str, ...]] = {
    "scaffold, preset web": (
        *(sys.executable, "-m", "scaffold", "new", "service"),
        *("--preset", "web", "--defaults", "--no-sync", "--no-git"),
    ),
    "fastapi-new 0.0.7": ("uvx", "--from", "fastapi-new==0.0.7", "fastapi-new", "service"),
    "fastapi-gen 0.13.1, hello_world": (
        *("uvx", "--from", "fastapi-gen==0.13.1", "fastapi-gen"),
        *("--template", "hello_world", "--no-git", "service"),
    ),
}
"""How each is told to make a project `service`, without a question."""
NOT_READ = {".git", ".venv", "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache"}
LOCKS = {"uv.lock", "poetry.lock", "package-lock.json"}
TOOLS = ("pytest", "ruff", "mypy")


def files_of(project: Path) -> Iterator[Path]:
    """Yield the text files that the owner of a project gets."""
    for path in sorted(project.rglob("*")):
        if NOT_READ & set(path.relative_to(project).parts) or path.name in LOCKS:
            continue
        if path.is_file() and b"\0" not in path.read_bytes():
            yield path


def prepare(project: Path) -> None:
    """Give a project an environment with what it declares, and with the tools that measure."""
    declared = [*project.glob("requirements*.txt"), *project.glob("requirements/*.txt")]
    if (project / "pyproject.toml").is_file() and not declared:
        run(["uv", "sync", "--quiet", "--all-groups", "--all-extras"], project)
    else:
        run(["uv", "venv", "--quiet", "--clear"], project)
        wanted = [word for each in declared for word in ("--requirement", str(each))]
        run(["uv", "pip", "install", "--quiet", *wanted], project)
    run(["uv", "pip", "install", "--quiet", *TOOLS], project)


def run(command: Sequence[str], project: Path, *, check: bool = True) -> str:
    """Run a program in a project, and return what it prints."""
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def counted(pattern: str, text: str) -> int:
    """Return the number that a line of output says, or 0."""
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0


def row(project: Path) -> list[str]:
    """Return what is measured of a project."""
    files = [path.read_text(encoding="utf-8", errors="replace") for path in files_of(project)]
    lines = sum(len(text.splitlines()) for text in files)
    prepare(project)
    uv_run = ("uv", "run", "--no-sync", "--no-project", "--python", ".venv")
    tests = run([*uv_run, "pytest", "-q", "-p", "no:cacheprovider"], project, check=False)
    passed, failed = (counted(rf"(\d+) {word}", tests) for word in ("passed", "(?:failed|error)"))
    ruff = run([*uv_run, "ruff", "check", "--no-cache", "."], project, check=False)
    mypy = run([*uv_run, "mypy", "--strict", "."], project, check=False)
    own = f"{passed} of {passed + failed}" if passed + failed else "none"
    findings = (counted(r"Found (\d+) error", text) for text in (ruff, mypy))
    return [f"{len(files)}, {lines:,}", own, ", ".join(map(str, findings))]


def main(arguments: Sequence[str]) -> int:
    """Print a table; return the exit status."""
    table = Table(
        "project", "files, lines", "own tests that pass", "findings of ruff, mypy --strict"
    )
    if arguments[:1] == ["--folder"]:
        for folder in map(Path, arguments[1:]):
            table.add_row(folder.name, *row(folder.resolve()))
    else:
        for name in arguments or PEERS:
            with tempfile.TemporaryDirectory() as scratch:
                run(PEERS[name], Path(scratch))
                table.add_row(name, *row(Path(scratch, "service")))
    Console(width=100).print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A change is carried out wholly or not at all, whatever stops it."""

import os
import shutil
import signal
import stat
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scaffold.errors import Refused, ScaffoldError
from scaffold.life import apply as module
from scaffold.life.apply import apply, recover
from scaffold.merge.trees import Change
from scaffold.project import stage
from scaffold.project.files import File, Tree, read_tree
from scaffold.system.paths import STAGE
from tests.life.conftest import run

BEFORE: Tree = {
    "changed.txt": File(b"old\n"),
    "gone/deep/file.txt": File(b"gone\n"),
    "kept.txt": File(b"kept\n"),
}
AFTER: Tree = {
    "changed.txt": File(b"new\n"),
    "kept.txt": File(b"kept\n"),
    "new/deep/file.txt": File(b"new\n"),
    "tool.sh": File(b"#!/bin/sh\n", executable=True),
}
CHANGES = [
    Change(path, BEFORE.get(path), AFTER.get(path))
    for path in sorted(BEFORE.keys() | AFTER.keys())
    if BEFORE.get(path) != AFTER.get(path)
]
STEPS = len(CHANGES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that holds `BEFORE`."""
    folder = tmp_path / "project"
    for path, file in BEFORE.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(file.content)
    return folder


def test_everything_is_changed_and_nothing_is_left_behind(folder: Path) -> None:
    apply(folder, CHANGES)
    assert read_tree(folder) == AFTER
    assert not (folder / "gone").exists()
    assert stages(folder) == []


def stages(folder: Path) -> list[Path]:
    """Return the folders in which changes of a project wait."""
    return list(folder.glob(f"{STAGE}*"))


def test_nothing_to_change_writes_nothing(folder: Path) -> None:
    folder.chmod(0o555)
    apply(folder, [])
    assert read_tree(folder) == BEFORE


def test_a_file_keeps_its_permissions(folder: Path) -> None:
    (folder / "changed.txt").chmod(0o640)
    apply(folder, CHANGES)
    assert stat.S_IMODE((folder / "changed.txt").stat().st_mode) == 0o640
    assert stat.S_IMODE((folder / "tool.sh").stat().st_mode) & 0o111


def test_a_file_that_was_changed_meanwhile_stops_everything(folder: Path) -> None:
    (folder / "gone/deep/file.txt").write_text("edited in the meantime\n")
    before = read_tree(folder)
    with pytest.raises(Refused, match="was changed meanwhile"):
        apply(folder, CHANGES)
    assert read_tree(folder) == before


class Killed(BaseException):
    """Stands for a kill: nothing catches it, and nothing is cleaned up after it."""


@contextmanager
def killed(where: object, name: str, *, after: int = 0) -> Iterator[None]:
    """Let the process be killed in a function, when that was called some times.

    Nothing is cleaned up then, and afterwards the next process begins.
    """
    function, calls = getattr(where, name), iter(range(1_000))

    def kill(*arguments: object) -> object:
        if next(calls) == after:
            raise Killed
        return function(*arguments)

    def stay_dead(_: object) -> None:
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(where, name, kill)
        patch.setattr(stage.Stage, "forget", stay_dead)
        with pytest.raises(Killed):
            yield


@pytest.mark.parametrize("done", range(STEPS + 1))
def test_the_next_command_finishes_what_was_killed(folder: Path, done: int) -> None:
    """After every number of steps."""
    with killed(module, "_step", after=done):
        apply(folder, CHANGES)
    [waiting] = stages(folder)
    assert (waiting / ".gitignore").read_text() == "*\n"
    assert recover(folder)
    assert read_tree(folder) == AFTER
    assert not recover(folder)


@pytest.mark.parametrize(
    ("where", "name"), [(module, "write"), (module, "_prepare"), (stage.Stage, "decide")]
)
def test_before_it_is_decided_nothing_has_happened(folder: Path, where: object, name: str) -> None:
    with killed(where, name):
        apply(folder, CHANGES)
    assert len(stages(folder)) == 1
    assert not recover(folder)
    assert read_tree(folder) == BEFORE


def test_an_edit_after_a_kill_is_kept_and_the_new_version_put_beside_it(folder: Path) -> None:
    with killed(module, "_step"):
        apply(folder, CHANGES)
    (folder / "changed.txt").write_text("edited\n")
    (folder / "gone/deep/file.txt").write_text("edited\n")
    recover(folder)
    assert (folder / "changed.txt").read_text() == "edited\n"
    assert (folder / "changed.txt.rej").read_text() == "new\n"
    assert (folder / "gone/deep/file.txt").read_text() == "edited\n"


@pytest.mark.parametrize("failing", range(STEPS))
def test_an_error_in_the_middle_puts_everything_back(
    folder: Path, failing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    step, count = module._step, iter(range(STEPS))

    def fail(*arguments: object) -> None:
        if next(count) == failing:
            raise OSError(28, "No space left on device", "changed.txt")
        step(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "_step", fail)
    with pytest.raises(ScaffoldError, match=r"No space left on device; nothing was changed"):
        apply(folder, CHANGES)
    assert read_tree(folder) == BEFORE
    assert stages(folder) == []


def test_what_cannot_be_finished_waits_and_takes_no_edit_along(folder: Path) -> None:
    """Putting back what an earlier process has done would put it over what was edited since."""
    with killed(module, "_step", after=1):
        apply(folder, CHANGES)
    (folder / "changed.txt").write_text("edited\n")
    (folder / "new").write_text("in the way\n")
    with pytest.raises(ScaffoldError, match=r"cannot be finished: cannot write .*/new"):
        recover(folder)
    assert (folder / "changed.txt").read_text() == "edited\n"
    (folder / "new").unlink()
    assert recover(folder)
    assert read_tree(folder) == {**AFTER, "changed.txt": File(b"edited\n")}


def test_a_folder_of_compiled_modules_keeps_what_is_none(folder: Path) -> None:
    kept = folder / "gone/deep/__pycache__/notes.txt"
    kept.parent.mkdir()
    kept.write_text("mine\n")
    apply(folder, CHANGES)
    assert kept.read_text() == "mine\n"


KILLS = 20
COMMANDS = {
    "add": ["add", "GET /report msgpack cookie-set(name=seen) as get_report"],
    "update": ["update", "--to", "v0.2.0"],
}

Start = Callable[[Path, list[str]], int]


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("starting", ["fork", pytest.param("process", marks=pytest.mark.full)])
def test_a_killed_command_leaves_the_project_as_it_was_or_complete(
    command: str, starting: str, project: Path, tmp_path: Path
) -> None:
    """At 20 moments that are spread over the whole run; then the next run works."""
    start = {"fork": forked, "process": in_a_process}[starting]
    before, after, seconds = undisturbed(start, COMMANDS[command], project, tmp_path)
    assert after != before
    for number in range(KILLS):
        copy = tmp_path / f"copy{number}"
        write(copy, before)
        pid = start(copy, COMMANDS[command])
        time.sleep(seconds * (number + 0.5) / KILLS)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        found = stage.begun(copy)
        finish_later = found is not None and found.steps is not None
        assert finish_later or tree(copy) in (before, after), f"kill {number}"
        os.waitpid(start(copy, COMMANDS[command]), 0)
        assert tree(copy) == after
        assert stages(copy) == []
        shutil.rmtree(copy)


def undisturbed(
    start: Start, command: list[str], project: Path, scratch: Path
) -> tuple[Tree, Tree, float]:
    """Return the files before and after a command that nobody kills, and how long it takes."""
    before = tree(project)
    for name in ("warm", "measured"):
        write(scratch / name, before)
    run(*command, "--project", scratch / "warm")  # What it renders is remembered for the forks.
    started = time.monotonic()
    assert os.waitpid(start(scratch / "measured", command), 0)[1] == 0
    return before, tree(scratch / "measured"), time.monotonic() - started


def forked(folder: Path, command: list[str]) -> int:
    """Start the command in a copy of this process, which has everything loaded."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Workers of xdist have threads.
        pid = os.fork()
    if pid == 0:
        os._exit(run(*command, "--project", folder).status)
    return pid


def in_a_process(folder: Path, command: list[str]) -> int:
    """Start the command as users do."""
    arguments = [sys.executable, "-m", "scaffold", *command, "--project", str(folder)]
    quiet = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)]
    return os.posix_spawn(sys.executable, arguments, os.environ, file_actions=quiet)


def tree(folder: Path) -> Tree:
    """Return the files of a project, without those of git and of the command."""
    files = read_tree(folder)
    return {path: file for path, file in files.items() if not path.startswith((".git/", STAGE))}


def write(folder: Path, files: Tree) -> None:
    """Write files into a new folder."""
    for path, file in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(file.content)
        (folder / path).chmod(0o755 if file.executable else 0o644)

"""Put changes into a project: all of them, or none.

Everything is first written to `.scaffold/` inside of the project, on the same file system, and
a journal says what belongs where. From the moment at which the journal is complete, the change is
decided: what follows are renames, and when the process is killed between two of them, the next
command carries the journal out before it does anything else. Before that moment nothing in the
project was touched, and the next command removes the folder.
"""

import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from scaffold.errors import Refused, ScaffoldError
from scaffold.life.files import File, read_file
from scaffold.life.merge import REJECTED, Change
from scaffold.project import uninterrupted

STAGE = ".scaffold"
_JOURNAL = "journal.json"
_LOCK = "lock"


def apply(folder: Path, changes: Sequence[Change]) -> None:
    """Carry changes out.

    Args:
        folder: the project.
        changes: what to do; a file that is not any more as it was when they were computed stops
            them all.

    Raises:
        Refused: such a file, or another command at work in the project; nothing was changed.
        ScaffoldError: a file can't be written; what was changed has been put back.
    """
    if not changes:
        return
    with _stage_of(folder) as stage:
        for change in changes:
            if read_file(folder / change.path) != change.before:
                raise Refused(f"{change.path} was changed meanwhile", "run this again")
        steps = [_stage(stage, index, change) for index, change in enumerate(changes)]
        with uninterrupted():
            _write_journal(stage, steps)
            _carry_out(folder, stage, steps)


def recover(folder: Path) -> bool:
    """Finish what a killed command had begun; return whether there was something to finish.

    Raises:
        Refused: a command that is still running is at work in the project.
    """
    stage = folder / STAGE
    if not stage.is_dir():
        return False
    with _locked(stage), uninterrupted():
        decided = (stage / _JOURNAL).is_file()
        if decided:
            _carry_out(folder, stage, json.loads((stage / _JOURNAL).read_bytes()))
        _forget(stage)
    _remove(stage)
    return decided


@contextmanager
def _stage_of(folder: Path) -> Iterator[Path]:
    """Yield the folder in which changes are prepared, which only one process has at a time."""
    stage = folder / STAGE
    try:
        stage.mkdir(mode=0o700)
    except FileExistsError as error:
        raise _at_work() from error
    try:
        with _locked(stage):
            # Git never shows the folder, not even when the process is killed.
            (stage / ".gitignore").write_text("*\n")
            try:
                yield stage
            finally:
                _forget(stage)
    finally:
        _remove(stage)


def _forget(stage: Path) -> None:
    """Remove the journal; without it nothing is left to carry out."""
    (stage / _JOURNAL).unlink(missing_ok=True)


def _remove(stage: Path) -> None:
    shutil.rmtree(stage, ignore_errors=True)


@contextmanager
def _locked(stage: Path) -> Iterator[None]:
    """Hold the lock of a stage, which the system releases when the process ends in any way."""
    with (stage / _LOCK).open("wb") as stream:
        try:
            _lock(stream.fileno())
        except OSError as error:
            raise _at_work() from error
        yield


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _at_work() -> Refused:
    return Refused("another scaffold command is changing this project", f"see its folder {STAGE}")


def _stage(stage: Path, index: int, change: Change) -> dict[str, Any]:
    """Write what a file will be, and keep what it is; return the step of the journal."""
    if change.before is not None:
        _write(stage / f"{index}.before", change.before)
    if change.after is not None:
        _write(stage / f"{index}.after", change.after)
    return {"path": change.path, "file": index, "new": change.after is not None}


def _write(path: Path, file: File) -> None:
    if file.link:
        path.symlink_to(file.content.decode())
        return
    with path.open("wb") as stream:
        stream.write(file.content)
        stream.flush()
        os.fsync(stream.fileno())
    if file.executable:
        path.chmod(path.stat().st_mode | 0o111)


def _write_journal(stage: Path, steps: list[dict[str, Any]]) -> None:
    written = stage / f"{_JOURNAL}.part"
    _write(written, File(json.dumps(steps).encode()))
    written.replace(stage / _JOURNAL)


def _carry_out(folder: Path, stage: Path, steps: list[dict[str, Any]]) -> None:
    """Do every step that is not done yet; when one fails, put everything back."""
    try:
        for step in steps:
            _step(folder, stage, step)
    except OSError as error:
        for step in steps:
            _put_back(folder / step["path"], stage / f"{step['file']}.before")
        _remove_empty_folders(folder, (step["path"] for step in steps))
        where = error.filename2 or error.filename or folder
        message = f"cannot write {where}: {error.strerror}; nothing was changed"
        raise ScaffoldError(message) from error
    _remove_empty_folders(folder, (step["path"] for step in steps if not step["new"]))


def _step(folder: Path, stage: Path, step: dict[str, Any]) -> None:
    target = folder / step["path"]
    before, after = (stage / f"{step['file']}.{state}" for state in ("before", "after"))
    if step["new"] and not os.path.lexists(after):
        return  # A command that was killed has come this far.
    kept = read_file(target) == read_file(before)
    if step["new"]:
        # What was edited since that command was killed stays, and the new version goes beside it.
        target = target if kept else target.with_name(target.name + REJECTED)
        target.parent.mkdir(parents=True, exist_ok=True)
        _keep_mode(target, after)
        after.replace(target)
    elif kept:
        target.unlink(missing_ok=True)


def _keep_mode(target: Path, new: Path) -> None:
    """Let a file keep who may read and write it."""
    if target.is_file() and not target.is_symlink() and not new.is_symlink():
        runs = new.stat().st_mode & 0o111
        new.chmod(target.stat().st_mode & 0o666 | runs)


def _put_back(target: Path, before: Path) -> None:
    was = read_file(before)
    with suppress(OSError):
        if was is None:
            target.unlink(missing_ok=True)
        elif read_file(target) != was:
            before.replace(target)


def _remove_empty_folders(folder: Path, paths: Iterable[str]) -> None:
    """Remove the folders that hold nothing any more but what Python has compiled."""
    for path in paths:
        for parent in (folder / path).parents:
            if parent == folder or not _remove_folder(parent):
                break


def _remove_folder(folder: Path) -> bool:
    try:
        names = [entry.name for entry in folder.iterdir()]
        if names == ["__pycache__"]:
            shutil.rmtree(folder / "__pycache__")
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True

"""Put changes into a project: all of them, or none.

Everything is first written to a stage inside of the project, see `scaffold.project.stage`. From the
moment at which the stage records what belongs where, the change is decided: what follows are
renames, and when the process is killed between two of them, the next command that changes the
project carries them out before it does anything else. Before that moment nothing in the project was
touched, and the next command removes the stage.
"""

import os
import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from scaffold.errors import Refused, ScaffoldError
from scaffold.merge.trees import REJECTED, Change
from scaffold.project.files import read_file
from scaffold.project.stage import Stage, Step, begun, new_stage, write
from scaffold.system.paths import refuse_outside
from scaffold.system.signals import uninterrupted


def apply(folder: Path, changes: Sequence[Change]) -> None:
    """Carry changes out.

    Args:
        folder: the project, which no other command may change meanwhile.
        changes: what to do; a file that is not any more as it was when they were computed stops
            them all.

    Raises:
        Refused: such a file, or one that is not in the project; nothing was changed.
        ScaffoldError: a file can't be written; what was changed has been put back.
    """
    if not changes:
        return
    for change in changes:
        refuse_outside(folder, change.path)
        if read_file(folder / change.path) != change.before:
            raise Refused(f"{change.path} was changed meanwhile", "run this again")
    with new_stage(folder) as stage:
        steps = tuple(_prepare(stage, index, change) for index, change in enumerate(changes))
        with uninterrupted():
            decided = stage.decide(steps)
            try:
                _carry_out(decided)
            except OSError as error:
                _put_back(decided)
                message = f"cannot write {_place(error, folder)}; nothing was changed"
                raise ScaffoldError(message) from error


def recover(folder: Path) -> bool:
    """Finish what a killed command had begun; return whether there was something to finish.

    Args:
        folder: the project, which no other command may change meanwhile.

    Raises:
        Refused: what was begun is not understood, or its files are not in the project any more.
        ScaffoldError: a file can't be written; what was begun can still be finished.
    """
    stage = begun(folder)
    if stage is None:
        return False
    decided = stage.steps is not None and stage.is_there()
    with uninterrupted():
        if decided:
            try:
                _carry_out(stage)
            except OSError as error:
                raise ScaffoldError(
                    f"a command was stopped while it changed this project, and that cannot be "
                    f"finished: cannot write {_place(error, folder)}",
                    "make room for that, and run this again",
                ) from error
        stage.forget()
    return decided


def _place(error: OSError, folder: Path) -> str:
    return f"{error.filename2 or error.filename or folder}: {error.strerror}"


def _prepare(stage: Stage, index: int, change: Change) -> Step:
    """Write what a file will be, and keep what it is."""
    step = Step(change.path, index, new=change.after is not None)
    if change.before is not None:
        write(stage.before(step), change.before)
    if change.after is not None:
        write(stage.after(step), change.after)
    return step


def _carry_out(stage: Stage) -> None:
    """Do every step that is not done yet.

    Raises:
        Refused: a file is not in the project; nothing was changed.
        OSError: a step can't be done; those before it are.
    """
    steps = stage.steps or ()
    for step in steps:
        refuse_outside(stage.project, step.path)
    for step in steps:
        _step(stage, step)
    _remove_empty_folders(stage.project, (step.path for step in steps if not step.new))


def _step(stage: Stage, step: Step) -> None:
    target, before, after = stage.project / step.path, stage.before(step), stage.after(step)
    if step.new and not os.path.lexists(after):
        return  # A command that was killed has come this far.
    kept = read_file(target) == read_file(before)
    if step.new:
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


def _put_back(stage: Stage) -> None:
    """Undo the steps that are done, as far as that is possible."""
    steps = stage.steps or ()
    for step in steps:
        target = stage.project / step.path
        was = read_file(stage.before(step))
        with suppress(OSError):
            if was is None and not os.path.lexists(stage.after(step)):
                target.unlink(missing_ok=True)
            elif was is not None and read_file(target) != was:
                stage.before(step).replace(target)
    _remove_empty_folders(stage.project, (step.path for step in steps))


def _remove_empty_folders(folder: Path, paths: Iterable[str]) -> None:
    """Remove the folders that hold nothing any more but what Python has compiled."""
    for path in paths:
        for parent in (folder / path).parents:
            if parent == folder or not _remove_folder(parent):
                break


def _remove_folder(folder: Path) -> bool:
    try:
        names = [entry.name for entry in folder.iterdir()]
        if names == ["__pycache__"] and _is_compiled(folder / "__pycache__"):
            shutil.rmtree(folder / "__pycache__")
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _is_compiled(folder: Path) -> bool:
    """Say whether there is nothing in a folder but what Python has put there."""
    return all(path.suffix == ".pyc" for path in folder.iterdir())

"""What a command is about to change in a project, kept so that the next one can finish it.

The files wait in a folder inside of the project, on the same file system. Which folder that is, and
what belongs where, is recorded in the user's own state folder, and the folder has a name that
nobody can guess. So whatever lies in a project, and came with it from somebody else, is never taken
for a change that this user has begun.
"""

import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from scaffold.errors import Refused
from scaffold.project.files import File
from scaffold.system.atomic import write_atomically
from scaffold.system.folders import name_for, state
from scaffold.system.paths import STAGE

_NAME = re.compile(re.escape(STAGE) + "[0-9a-f]{16}")


@dataclass(frozen=True)
class Step:
    """What happens to one file.

    Attributes:
        path: where it stands in the project.
        file: the number under which it waits.
        new: whether there is a new version of it; else it goes.
    """

    path: str
    file: int
    new: bool


@dataclass(frozen=True)
class Stage:
    """A change that a command has begun.

    Attributes:
        project: the project's folder.
        name: the name of the folder in it in which the files wait.
        steps: what is decided to happen; None as long as nothing is.
    """

    project: Path
    name: str
    steps: tuple[Step, ...] | None = None

    @property
    def folder(self) -> Path:
        """Return the folder in which the files wait."""
        return self.project / self.name

    def before(self, step: Step) -> Path:
        """Return where the version waits that stands in the project until now."""
        return self.folder / f"{step.file}.before"

    def after(self, step: Step) -> Path:
        """Return where the new version waits."""
        return self.folder / f"{step.file}.after"

    def is_there(self) -> bool:
        """Say whether the folder is still there."""
        return self.folder.is_dir() and not self.folder.is_symlink()

    def decide(self, steps: tuple[Step, ...]) -> "Stage":
        """Record what happens; from now on it does, whatever stops this process."""
        decided = replace(self, steps=steps)
        decided.record()
        return decided

    def record(self) -> None:
        """Write down that this change has begun, and what is decided."""
        steps = self.steps and [asdict(step) for step in self.steps]
        text = json.dumps({"project": str(self.project), "stage": self.name, "steps": steps})
        write_atomically(_record_of(self.project), text, durably=True)

    def forget(self) -> None:
        """Remove what waits, and then the record."""
        replace(self, steps=None).record()
        if self.is_there():
            shutil.rmtree(self.folder, ignore_errors=True)
        _record_of(self.project).unlink(missing_ok=True)


@contextmanager
def new_stage(project: Path) -> Iterator[Stage]:
    """Yield a place in which a change can be prepared; it is gone afterwards."""
    stage = Stage(project, f"{STAGE}{secrets.token_hex(8)}")
    stage.record()
    try:
        stage.folder.mkdir(mode=0o700)
        # Git never shows the folder, not even when the process is killed.
        (stage.folder / ".gitignore").write_text("*\n")
        yield stage
    finally:
        stage.forget()


def begun(project: Path) -> Stage | None:
    """Return the change that a command has begun and not ended, if there is one.

    Raises:
        Refused: there is one, and this version of the command does not understand it.
    """
    try:
        record = _record_of(project, make=False)
        content = record.read_bytes()
    except FileNotFoundError:
        return None
    try:
        return _read(project, json.loads(content))
    except (KeyError, TypeError, ValueError):
        raise Refused(
            f"another version of scaffold has begun to change this project, and written {record}",
            "end that with the same version, or see with git what has changed and remove that file",
        ) from None


def strange_stages(project: Path) -> list[str]:
    """Return the folders that look like those in which changes wait, and that nobody recorded."""
    own = begun(project)
    found = sorted(entry.name for entry in os.scandir(project) if _NAME.fullmatch(entry.name))
    return [name for name in found if own is None or name != own.name]


def write(path: Path, file: File) -> None:
    """Write a file that waits."""
    if file.link:
        path.symlink_to(os.fsdecode(file.content))
        return
    with path.open("wb") as stream:
        stream.write(file.content)
        stream.flush()
        os.fsync(stream.fileno())
    if file.executable:
        path.chmod(path.stat().st_mode | 0o111)


def _record_of(project: Path, *, make: bool = True) -> Path:
    return state(make=make) / "changes" / f"{name_for(project)}.json"


def _read(project: Path, found: dict[str, Any]) -> Stage:
    """Return what a record describes; KeyError, TypeError or ValueError if it is none."""
    name, steps = found["stage"], found["steps"]
    if found["project"] != str(project) or not _NAME.fullmatch(name):
        raise ValueError
    return Stage(project, name, None if steps is None else tuple(Step(**step) for step in steps))

"""Put a whole project where the user wants it, or nothing.

A project is made in a temporary folder beside its destination and renamed when it is complete, so
that no interruption leaves half of one.
"""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scaffold.errors import Refused
from scaffold.system.signals import terminable, uninterrupted


def check_destination(destination: Path) -> Path:
    """Return the resolved destination.

    Raises:
        Refused: something is there already.
    """
    target = destination.resolve()
    if target.is_dir():
        if target == Path.cwd():
            raise Refused(f"{destination} is the current folder", "name a folder to be made")
        if any(target.iterdir()):
            raise Refused(f"{destination} is not empty", "choose another folder")
    elif target.exists():
        raise Refused(f"{destination} exists and is no folder", "choose another name")
    return target


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """Yield the path at which to make the project; it is moved to the target afterwards.

    When anything fails, and when Ctrl-C or SIGTERM arrives, everything made is removed.

    Args:
        target: the destination, as `check_destination` returned it.
    """
    made = _missing_parents(target)
    stage = target.parent / f".{target.name[:100]}.scaffold-{secrets.token_hex(4)}"
    with terminable():
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            stage.mkdir(mode=0o700)
            yield stage / target.name
            _move(stage / target.name, target)
        finally:
            with uninterrupted():
                shutil.rmtree(stage, ignore_errors=True)
                _remove_empty(made)


def _missing_parents(target: Path) -> list[Path]:
    return [parent for parent in target.parents if not parent.exists()]


def _remove_empty(folders: list[Path]) -> None:
    """Remove the folders, innermost first, up to the first one that holds something."""
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return


def _move(source: Path, target: Path) -> None:
    if os.name == "nt" and target.exists():
        target.rmdir()
    source.rename(target)

"""Put a whole project where the user wants it, or nothing.

A project is made in a temporary folder beside its destination and renamed when it is complete, so
that no interruption leaves half of one. A folder that has to stay, as somebody is in it or a
repository, gets the project part by part.
"""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scaffold.errors import Refused
from scaffold.system import git
from scaffold.system.signals import terminable, uninterrupted

GIT = ".git"


def check_destination(destination: Path) -> Path:
    """Return the resolved destination.

    Raises:
        Refused: something is there already, other than a repository without a commit.
    """
    target = destination.resolve()
    if target.is_dir():
        if any(path.name != GIT for path in target.iterdir()):
            raise Refused(f"{destination} is not empty", "choose another folder")
        if is_cloned(target) and git.ask(target, "rev-parse", "--verify", "HEAD").status == 0:
            raise Refused(
                f"{destination} is a repository with commits, and none of their files",
                "check them out, or choose another folder",
            )
    elif target.exists():
        raise Refused(f"{destination} exists and is no folder", "choose another name")
    return target


def is_cloned(target: Path) -> bool:
    """Say whether a destination is a repository already."""
    return (target / GIT).exists()


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """Yield the path at which to make the project; it is moved to the target afterwards.

    When anything fails, and when Ctrl-C or SIGTERM arrives, everything made is removed.

    Args:
        target: the destination, as `check_destination` returned it.
    """
    made = _missing_parents(target)
    stays = target.is_dir() and (target == Path.cwd() or is_cloned(target))
    around = target if stays else target.parent
    stage = around / f".{target.name[:100]}.scaffold-{secrets.token_hex(4)}"
    with terminable():
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            stage.mkdir(mode=0o700)
            yield stage / target.name
            if stays:
                _move_parts(stage / target.name, target)
            else:
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


def _move_parts(source: Path, target: Path) -> None:
    """Move what a folder holds into another one, and back again when it does not fit."""
    moved: list[str] = []
    with uninterrupted():
        try:
            for path in sorted(source.iterdir()):
                if (target / path.name).exists():
                    raise Refused(f"{target} is not empty any more", "choose another folder")
                path.rename(target / path.name)
                moved.append(path.name)
        except BaseException:
            for name in moved:
                (target / name).rename(source / name)
            raise


def _move(source: Path, target: Path) -> None:
    if os.name == "nt" and target.exists():
        target.rmdir()
    source.rename(target)

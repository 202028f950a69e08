"""The user's own folders: what stands there is believed, so nobody else may write it."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from scaffold.errors import ScaffoldError

APPLICATION = "fastapi-response-scaffold"


def cache() -> Path:
    """Return the folder for what can be fetched or made again.

    Raises:
        OSError: there is none, and it can't be made.
        ScaffoldError: others can write to it.
    """
    from platformdirs import user_cache_path

    return private(user_cache_path(APPLICATION, appauthor=False))


def state(*, make: bool = True) -> Path:
    """Return the folder for what must not get lost.

    Where the user has no place for it, as in containers, a temporary folder does.

    Args:
        make: whether to make it if it is missing.

    Raises:
        OSError: there is none.
        ScaffoldError: others can write to it.
    """
    from platformdirs import user_state_path

    try:
        return private(user_state_path(APPLICATION, appauthor=False), make=make)
    except OSError:
        user = os.geteuid() if hasattr(os, "geteuid") else "user"
        return private(Path(tempfile.gettempdir(), f"{APPLICATION}-{user}"), make=make)


def name_for(place: Path | str) -> str:
    """Return the name of what is kept for a folder or an address, whatever signs are in it."""
    return hashlib.sha256(os.fsencode(place)).hexdigest()[:20]


def private(folder: Path, *, make: bool = True) -> Path:
    """Return a folder that only the user can write to.

    Args:
        folder: the folder.
        make: whether to make it if it is missing.

    Raises:
        OSError: there is none.
        ScaffoldError: others can write to it.
    """
    if make:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _refuse_of_others(folder, folder.stat())
    return folder


def read_own(path: Path) -> bytes:
    """Return what a file in such a folder holds, which may have been made for others to write.

    Raises:
        OSError: it cannot be read.
        ScaffoldError: others can write to it.
    """
    with path.open("rb") as stream:
        _refuse_of_others(path, os.fstat(stream.fileno()))
        return stream.read()


def _refuse_of_others(path: Path, status: os.stat_result) -> None:
    if os.name != "nt" and (
        status.st_uid != os.geteuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    ):
        raise ScaffoldError(
            f"others can write to {path}, so what it holds is not believed",
            f"make it yours alone (chmod go-w {path}), or remove it",
        )

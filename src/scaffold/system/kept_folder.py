"""Folders of the user's cache for what is made again when it is missing.

What is read back runs as code, or becomes code of a project: it is believed only where nobody but
the user can write, and only whole.
"""

import hashlib
import time
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from scaffold.errors import ScaffoldError
from scaffold.system import folders
from scaffold.system.atomic import write_atomically

KEPT_FOR = 30 * 86_400
"""The seconds after which a file is removed; one that is still used is made again."""
_DIGEST = hashlib.sha256().digest_size


class KeptFolder:
    """One of them. Where there is no place for it, nothing is kept."""

    def __init__(self, name: str) -> None:
        """Keep files in the folder of this name."""
        self._name = name

    def read(self, name: str) -> bytes | None:
        """Return what a file was kept with, or None."""
        if self._path is None:
            return None
        with suppress(OSError, ScaffoldError):
            stored = folders.read_own(self._path / name)
            content = stored[_DIGEST:]
            if hashlib.sha256(content).digest() == stored[:_DIGEST]:
                return content
        return None

    def write(self, name: str, content: bytes) -> None:
        """Keep a file, if there is a place for it."""
        if self._path is None:
            return
        with suppress(OSError):
            self._remove_old(self._path)
            write_atomically(self._path / name, hashlib.sha256(content).digest() + content)

    def _remove_old(self, folder: Path) -> None:
        """Remove what was kept long ago, once for each process that keeps something."""
        if self._is_tidy:
            return
        self._is_tidy = True
        for path in folder.iterdir():
            if path.stat().st_mtime < time.time() - KEPT_FOR:
                path.unlink(missing_ok=True)

    _is_tidy = False

    @cached_property
    def _path(self) -> Path | None:
        with suppress(OSError, ScaffoldError):
            return folders.private(folders.cache() / self._name)
        return None

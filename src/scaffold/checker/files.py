"""Which files are checked."""

import os
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

SUFFIX = ".py"
ENVIRONMENT = "pyvenv.cfg"
"""What lies in every virtual environment."""
EXCLUDED = (
    *(".*", "__pycache__", "__pypackages__", "build", "dist", "node_modules", "site-packages"),
    *("venv", "tests", "test", "test_*.py", "*_test.py", "conftest.py"),
)
"""Names of files and folders that are left out: nobody serves what they hold."""


def python_files(paths: Iterable[Path], excluded: Sequence[str] = EXCLUDED) -> Iterator[Path]:
    """Yield the files to check, each once, in a stable order.

    What is named is checked whatever its name is. Links to folders are not followed, so no circle
    is walked twice.

    Args:
        paths: files and folders.
        excluded: patterns for names, or, with a `/`, for paths below the folder.
    """
    seen = set()
    for path in paths:
        for found in _below(path, excluded) if path.is_dir() else (path,):
            real = os.path.realpath(found)
            if real not in seen:
                seen.add(real)
                yield found


def _below(folder: Path, excluded: Sequence[str]) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        inside = os.path.relpath(place, folder)
        inside = "" if inside == os.curdir else inside.replace(os.sep, "/") + "/"

        def kept(name: str, inside: str = inside) -> bool:
            return not any(
                fnmatchcase(f"{inside}{name}" if "/" in pattern else name, pattern.rstrip("/"))
                for pattern in excluded
            )

        if place != str(folder) and ENVIRONMENT in files:
            folders.clear()
            continue
        folders[:] = sorted(filter(kept, folders))
        for name in sorted(files):
            # What is no regular file, such as a pipe, may have no end.
            if name.endswith(SUFFIX) and kept(name) and os.path.isfile(os.path.join(place, name)):
                yield Path(place, name)

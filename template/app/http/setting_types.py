"""Types of settings that are checked when the service starts."""

import os
from pathlib import Path
from stat import S_ISDIR
from typing import Annotated

from pydantic import AfterValidator


def _refuse_invisible(name: str) -> str:
    if not name.isprintable() or name != name.strip():
        raise ValueError("it begins or ends with a space, or holds a control character")
    return name


Name = Annotated[str, AfterValidator(_refuse_invisible)]
"""A name of somebody, as people write it."""


def _refuse_unreadable(directory: Path) -> Path:
    try:
        there = directory.stat()
    except FileNotFoundError:
        return directory
    except OSError as error:
        raise ValueError(f"it cannot be reached: {error.strerror}") from None
    if not (S_ISDIR(there.st_mode) and os.access(directory, os.R_OK | os.X_OK)):
        raise ValueError("it is no directory that this service may read")
    return directory


Directory = Annotated[Path, AfterValidator(_refuse_unreadable)]
"""A directory that can be read, or one that may come later."""

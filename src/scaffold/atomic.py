"""Files that others see as they were or as they will be, and never half written."""

import os
from pathlib import Path


def write_atomically(path: Path, text: str) -> None:
    """Write a text file in one step, and the folder that it stands in.

    Raises:
        OSError: it cannot be written; what stood there before is still there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}")
    part.write_text(text, encoding="utf-8")
    part.replace(path)

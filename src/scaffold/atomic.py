"""Files that others see as they were or as they will be, and never half written."""

import os
from pathlib import Path


def write_atomically(path: Path, text: str, *, durably: bool = False) -> None:
    """Write a text file in one step, and the folder that it stands in.

    Args:
        path: the file.
        text: what it holds from then on.
        durably: whether it must outlast a power failure.

    Raises:
        OSError: it cannot be written; what stood there before is still there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}")
    with part.open("w", encoding="utf-8") as stream:
        stream.write(text)
        if durably:
            stream.flush()
            os.fsync(stream.fileno())
    part.replace(path)

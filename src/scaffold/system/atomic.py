"""Files that others see as they were or as they will be, and never half written."""

import os
from pathlib import Path


def write_atomically(path: Path, content: str | bytes, *, durably: bool = False) -> None:
    """Write a file in one step, for the user alone, and the folder that it stands in.

    Args:
        path: the file.
        content: what it holds from then on; text becomes UTF-8.
        durably: whether it must outlast a power failure.

    Raises:
        OSError: it cannot be written; what stood there before is still there.
    """
    from tempfile import NamedTemporaryFile

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as stream:
        try:
            stream.write(data)
            stream.flush()
            if durably:
                os.fsync(stream.fileno())
            os.replace(stream.name, path)
        except BaseException:
            os.unlink(stream.name)
            raise

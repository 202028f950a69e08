"""Let one command at a time work on what several may want."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scaffold.errors import Refused
from scaffold.system.progress import tell

MOMENT = 0.5
"""How many seconds are waited without a word."""


@contextmanager
def alone(lock_file: Path, doing: str, seconds: float) -> Iterator[None]:
    """Hold a lock, which the system releases when the process ends in any way.

    Args:
        lock_file: what is locked; it is made in a folder that is there.
        doing: what the command that holds it does, such as `changing this project`.
        seconds: how long to wait for it.

    Raises:
        Refused: another command holds it all that time.
        OSError: it can't be locked.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(lock_file, mode=0o600)
    try:
        lock.acquire(timeout=MOMENT)
    except Timeout:
        tell(f"Waiting for another scaffold command, which is {doing} ...")
        try:
            lock.acquire(timeout=seconds)
        except Timeout:
            raise Refused(
                f"another scaffold command has been {doing} for {seconds:.0f} seconds",
                "run this again when it has ended",
            ) from None
    try:
        yield
    finally:
        lock.release()

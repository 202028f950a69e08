"""Signals that ask the command to stop: what they interrupt, and what they must not."""

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType

from scaffold.errors import Terminated

STOPPING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""The signals besides Ctrl-C that ask a process to stop."""

Handler = Callable[[int, FrameType | None], None] | signal.Handlers


def terminable() -> AbstractContextManager[None]:
    """Stop on SIGTERM as on Ctrl-C, so that what cleans up after one cleans up after the other."""
    return handling(_terminate, *STOPPING)


def uninterrupted() -> AbstractContextManager[None]:
    """Let neither Ctrl-C nor SIGTERM stop what takes a moment and must not be half done."""
    return handling(signal.SIG_IGN, signal.SIGINT, *STOPPING)


def _terminate(signum: int, frame: FrameType | None) -> None:
    raise Terminated


@contextmanager
def handling(handler: Handler, *numbers: signal.Signals) -> Iterator[None]:
    """Answer signals with a function, or as the system does, and then as before."""
    before = [signal.signal(number, handler) for number in numbers]
    try:
        yield
    finally:
        for number, earlier in zip(numbers, before, strict=True):
            signal.signal(number, earlier)

"""Show that work is going on, when a person looks."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def working(text: str, *, shown: bool = True) -> Iterator[None]:
    """Show a spinner with a text while the block runs.

    Args:
        text: what is being done.
        shown: False where the block itself writes to the terminal.
    """
    if not (shown and sys.stderr.isatty()):
        yield
        return

    from rich.console import Console

    with Console(stderr=True).status(f"{text} ..."):
        yield

"""Show that work is going on."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from scaffold.system.display import visible


def tell(text: str) -> None:
    """Say in a line on standard error what is going on, also where nobody sees a spinner."""
    print(visible(text), file=sys.stderr, flush=True)


@contextmanager
def working(text: str, *, shown: bool = True) -> Iterator[None]:
    """Show a spinner with a text while the block runs, when a person looks.

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

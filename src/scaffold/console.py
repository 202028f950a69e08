"""What all commands share: how they print, and how errors become a line and an exit status."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from scaffold import display
from scaffold.errors import ScaffoldError, Terminated, UsageMistake

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@contextmanager
def boundary() -> Iterator[None]:
    """Turn every error into one line on standard error and an exit status."""
    try:
        yield
        sys.stdout.flush()
    except ScaffoldError as error:
        fail(str(error), error.status)
    except Terminated:
        fail("terminated", 143)
    except KeyboardInterrupt:
        fail("interrupted", 130)
    except BrokenPipeError:
        # Whoever reads the result has seen enough; what Python still flushes must go elsewhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(1) from None
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        fail(f"{where}{error.strerror or error}", 1)
    except (typer.Exit, typer.Abort):
        raise
    except Exception as error:
        fail(f"this is a mistake in scaffold itself: {type(error).__name__}: {error}", 1)


def fail(message: str, status: int) -> None:
    """Print an error on one line and exit."""
    say(display.message("error", message, sys.stderr))
    raise typer.Exit(status)


def say(message: str) -> None:
    """Print a message, which is not the result, to standard error."""
    typer.echo(message, err=True)


def require_terminal(instead: str) -> None:
    """Refuse to ask where nobody can answer.

    Args:
        instead: how the answers can be given otherwise.
    """
    if not all(map(display.is_terminal, (sys.stdin, sys.stdout))):
        raise UsageMistake(f"nobody can be asked without a terminal; {instead}")

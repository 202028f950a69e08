"""What all commands share: how they print, and how errors become a line and an exit status."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from scaffold.cli import completion
from scaffold.cli.failures import failure
from scaffold.cli.quick import JSON_WANTED
from scaffold.errors import ScaffoldError, Terminated, UsageMistake
from scaffold.system import display

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Lines = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="LINE",
        help="An endpoint, such as 'GET /posts json-model(model=Post) as list_posts'.",
        show_default=False,
        autocompletion=completion.endpoint_lines,
    ),
]

EXAMPLE = (
    "POST /posts/{post_id:int}/notes query(notify='bool = false') body(text='str | None') "
    "errors(404) json-model(model=Note) as add_note"
)
MODEL_EXAMPLE = "model Note(id=int, text='str | None')"
LINE_IS = (
    "LINE is a method, a path, what the endpoint takes, its patterns and `as NAME`, such as "
    f"{EXAMPLE}; or a model, such as {MODEL_EXAMPLE}. "
    "Types in a path are str, int, float, uuid and path."
)


@contextmanager
def boundary() -> Iterator[None]:
    """Turn every error into one line on standard error and an exit status.

    With --json it is also the result, as one JSON document on standard output.
    """
    try:
        yield
        sys.stdout.flush()
    except ScaffoldError as error:
        fail(error, error.status)
    except Terminated:
        fail(ScaffoldError("terminated"), 143)
    except KeyboardInterrupt:
        fail(ScaffoldError("interrupted"), 130)
    except BrokenPipeError:
        # Whoever reads the result has seen enough; what Python still flushes must go elsewhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(1) from None
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        fail(ScaffoldError(f"{where}{error.strerror or error}"), 1)
    except (typer.Exit, typer.Abort):
        raise
    except Exception as error:
        mistake = f"this is a mistake in scaffold itself: {type(error).__name__}: {error}"
        fail(ScaffoldError(mistake), 1)


def fail(error: ScaffoldError, status: int) -> None:
    """Print an error on one line, and as JSON where that is wanted, and exit."""
    if JSON_WANTED.get():
        from scaffold.shown.pages import to_json

        typer.echo(to_json(failure(error, status)))
    say(str(error), "error")
    raise typer.Exit(status)


def say(message: str, kind: str | None = None) -> None:
    """Print a message, which is not the result, to standard error.

    Args:
        message: what is said.
        kind: what it is: an `error`, a `note`, or, if None, neither.
    """
    told = display.message(kind, message, sys.stderr) if kind else display.visible(message)
    typer.echo(told, err=True)


def show(result: str, *, exact: bool = False) -> None:
    """Print a result that holds what stands in a project.

    Args:
        result: the text.
        exact: whether programs need it byte by byte, such as a patch.
    """
    is_exact = exact and not sys.stdout.isatty()
    typer.echo(result.encode(errors="surrogateescape") if is_exact else display.visible(result))


def can_answer() -> bool:
    """Say whether somebody can be asked a question with yes or no; any terminal will do."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def require_terminal(instead: str) -> None:
    """Refuse to ask where nobody can answer.

    Args:
        instead: how the answers can be given otherwise.
    """
    if not all(map(display.is_terminal, (sys.stdin, sys.stdout))):
        raise UsageMistake("nobody can be asked without a terminal", instead)

"""One command at a time changes a project, from reading it to writing it; the others wait."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scaffold.errors import ScaffoldError
from scaffold.life.apply import recover
from scaffold.project.stage import begun, strange_stages
from scaffold.system.folders import name_for, state
from scaffold.system.locks import alone

PATIENCE = 60
"""How many seconds a command waits for its turn."""


@contextmanager
def turn(folder: Path) -> Iterator[None]:
    """Have a project alone, once what a killed command had begun in it is finished.

    Raises:
        Refused: another command does not come to its end, or what was begun cannot be finished.
    """
    locks = state() / "locks"
    locks.mkdir(exist_ok=True)
    with alone(locks / f"{name_for(folder)}.lock", "changing this project", PATIENCE):
        recover(folder)
        yield


def unfinished(folder: Path) -> Iterator[str]:
    """Yield what a command has left behind in a project, in words for the user."""
    try:
        if begun(folder) is not None:
            yield (
                "a scaffold command is changing this project, or was stopped while it did; "
                "what is shown may be half of that, which the next one that changes it finishes"
            )
        strange = strange_stages(folder)
    except ScaffoldError as error:
        yield str(error)
        return
    for name in strange:
        yield (
            f"{name} was left by a scaffold command of another user or machine; see with git what "
            "that has changed, and remove the folder"
        )

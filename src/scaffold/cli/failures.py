"""Errors as data, for `--json`."""

from typing import TYPE_CHECKING

from scaffold.errors import ScaffoldError

if TYPE_CHECKING:
    from scaffold.shown.results import Failure


def failure(error: ScaffoldError, status: int) -> "Failure":
    """Return an error as data."""
    return {
        "error": {
            "field": error.field,
            "reason": one_line(error.reason),
            "suggestion": error.suggestion and one_line(error.suggestion),
            "status": status,
        },
        "nearest": _nearest(error),
    }


def _nearest(error: ScaffoldError) -> list[str]:
    """Return the valid lines that are nearest to the one with the mistake, if it is in one."""
    if error.line is None:
        return []
    from scaffold.catalogue.patterns import load
    from scaffold.spec.nearest import nearest_lines

    return nearest_lines(error.line, load(), error.models)


def one_line(text: str) -> str:
    """Return text without line breaks."""
    return " ".join(text.split())

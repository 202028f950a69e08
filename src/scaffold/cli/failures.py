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
        }
    }


def one_line(text: str) -> str:
    """Return text without line breaks."""
    return " ".join(text.split())

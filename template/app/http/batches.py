"""Several things done at once: 207 Multi-Status (RFC 4918, section 13)."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field

from app.http.openapi import Described, Problem, documented


class Outcome(BaseModel):
    """How one item of a batch went: the status that it would have had alone."""

    status: int = Field(ge=200, le=599)
    detail: str | None = None


def batch_status(outcomes: Sequence[Outcome]) -> int:
    """Return the status of the whole: a batch that failed altogether does not look like a success.

    200 when every item succeeded, 207 when some did, 500 when the server is to blame for all of the
    failures and nothing else came about, so that sending the same again may help, and else 400.
    """
    failures = [outcome for outcome in outcomes if outcome.status >= 400]
    if not failures:
        return 200
    if len(failures) < len(outcomes):
        return 207
    return 500 if all(failure.status >= 500 for failure in failures) else 400


def documented_batch(
    *described: Described, model: type[BaseModel]
) -> dict[int | str, dict[str, Any]]:
    """Return the `responses=` entries of an endpoint that answers with `batch_status`.

    What wraps the application may leave a header out of an error, so none is promised there.
    """
    descriptions = {
        200: "Every item succeeded",
        207: "Some items succeeded, others failed",
        400: "Every item failed",
        500: "Every item failed, by a fault of the server",
    }
    entries: dict[int | str, dict[str, Any]] = {}
    for status, description in descriptions.items():
        # FastAPI answers 400, too, when the body cannot be read.
        answered: Any = model | Problem if status == 400 else model
        entries |= documented(status, *described, description=description, model=answered)
        for name, sent in entries[status].get("headers", {}).items():
            entries[status]["headers"][name] = {
                **sent,
                "required": sent["required"] and status < 400,
            }
    return entries

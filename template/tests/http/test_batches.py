"""`app.http.batches`: the status of the whole, and what the document says."""

import pytest
from pydantic import BaseModel, ValidationError

from app.http.batches import Outcome, batch_status, documented_batch
from app.http.openapi import HeaderDescription, Problem


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        ([200], 200),
        ([200, 201, 204, 303], 200),
        ([200, 422], 207),
        ([500, 200], 207),
        ([400], 400),
        ([404, 500], 400),
        ([500], 500),
        ([503, 500], 500),
    ],
)
def test_status_of_the_whole(statuses: list[int], status: int) -> None:
    """All, some or none."""
    assert batch_status([Outcome(status=one) for one in statuses]) == status


@pytest.mark.parametrize("status", [0, 199, 600])
def test_outcome_has_a_final_status(status: int) -> None:
    """As the answer to a request of its own would."""
    with pytest.raises(ValidationError):
        Outcome(status=status)


def test_every_status_is_documented() -> None:
    """With the same model, beside FastAPI's own 400; an error may go without the headers."""

    class Results(BaseModel):
        results: list[Outcome]

    entries = documented_batch(HeaderDescription("Post-Kind", "A kind."), model=Results)
    assert list(entries) == [200, 207, 400, 500]
    models = {status: entry["model"] for status, entry in entries.items()}
    assert models == {200: Results, 207: Results, 400: Results | Problem, 500: Results}
    required = {
        status: entry["headers"]["Post-Kind"]["required"] for status, entry in entries.items()
    }
    assert required == {200: True, 207: True, 400: False, 500: False}

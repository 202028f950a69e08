"""POST /multi-status: A status for each item of a batch."""

from typing import Annotated

from fastapi import APIRouter, Body
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from app.http.batches import Outcome, batch_status, documented_batch

router = APIRouter()


class BatchItem(BaseModel):
    """One item of what `post_multi_status` is sent."""

    title: str


class BatchResult(BaseModel):
    """How each item went, in the order in which they were sent."""

    results: list[Outcome]


async def carried_out(item: BatchItem) -> Outcome:
    """Do what one item asks; replace with work of your own."""
    return Outcome(status=200)


@router.post("/multi-status", responses=documented_batch(model=BatchResult))
async def post_multi_status(
    items: Annotated[list[BatchItem], Body(min_length=1, max_length=100)],
) -> JSONResponse:
    """Do what the items ask, each for itself."""
    outcomes = [await carried_out(item) for item in items]
    answer = BatchResult(results=outcomes)
    return JSONResponse(answer.model_dump(mode="json"), status_code=batch_status(outcomes))

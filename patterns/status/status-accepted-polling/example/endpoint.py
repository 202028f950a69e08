"""POST /status-accepted-polling: JSON from a model."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from app.http.accepted import Accepted
from app.http.openapi import documented

router = APIRouter()

accepted = Accepted("/jobs", retry_after=5)


class Item(BaseModel):
    """What `post_status_accepted_polling` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


async def queued() -> str:
    """Queue the work and return the job's name; replace with a queue that outlives a process."""
    return "1"


@router.post("/status-accepted-polling", status_code=202, responses=documented(202, accepted))
async def post_status_accepted_polling(
    job_name: Annotated[str, Depends(queued)],
    response: Response,
) -> Item:
    """Answer with one Item."""
    accepted.apply(response, job_name)
    return Item(id=1, title="example")

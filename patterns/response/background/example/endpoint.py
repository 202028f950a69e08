"""POST /background: Work after the answer."""

from fastapi import APIRouter, BackgroundTasks
from pydantic import BaseModel

router = APIRouter()


async def afterwards() -> None:
    """Do what the client does not wait for; replace with work of your own.

    It is lost when the process ends before: what must happen belongs into a queue.
    """


class Item(BaseModel):
    """What `post_background` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.post("/background", status_code=202)
async def post_background(tasks: BackgroundTasks) -> Item:
    """Take the request, and do the work after the answer."""
    tasks.add_task(afterwards)
    return Item(id=1, title="example")

"""POST /status-unavailable-retry: JSON from a model."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from app.http.unavailable import NOT_AVAILABLE, unavailable

router = APIRouter()


class Item(BaseModel):
    """What `post_status_unavailable_retry` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


async def is_available() -> bool:
    """Say whether the service can answer; replace with a look-up of your own."""
    return True


async def available(ready: Annotated[bool, Depends(is_available)]) -> None:
    """Turn the client away while the service cannot answer."""
    if not ready:
        raise unavailable(retry_after=120)


@router.post(
    "/status-unavailable-retry",
    dependencies=[Depends(available)],
    responses=NOT_AVAILABLE,
)
async def post_status_unavailable_retry() -> Item:
    """Answer with one Item."""
    return Item(id=1, title="example")

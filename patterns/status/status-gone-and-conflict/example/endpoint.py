"""PUT /status-gone-and-conflict: JSON from a model."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel

from app.http.openapi import HeaderDescription, documented_error

router = APIRouter()

gone_caching = HeaderDescription("Cache-Control", "Always `no-store`.")
GONE_FOR_GOOD = documented_error(410, "Was deleted for good", gone_caching)
STATE_CONFLICT = documented_error(409, "Contradicts the present state")


class Item(BaseModel):
    """What `put_status_gone_and_conflict` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


async def is_gone() -> bool:
    """Say whether it was deleted for good; replace with a look-up of your own."""
    return False


async def is_conflicting() -> bool:
    """Say whether the present state forbids this; replace with a look-up of your own."""
    return False


async def possible(
    gone: Annotated[bool, Depends(is_gone)],
    conflicting: Annotated[bool, Depends(is_conflicting)],
) -> None:
    """Refuse what was deleted for good, and what contradicts the present state."""
    if gone:
        headers = {"Cache-Control": "no-store"}
        raise HTTPException(410, "Deleted for good", headers)
    if conflicting:
        raise HTTPException(409, "Conflicts with the present state")


@router.put(
    "/status-gone-and-conflict",
    responses={
        **STATE_CONFLICT,
        **GONE_FOR_GOOD,
    },
)
async def put_status_gone_and_conflict(_possible: Annotated[None, Depends(possible)]) -> Item:
    """Answer with one Item."""
    return Item(id=1, title="example")

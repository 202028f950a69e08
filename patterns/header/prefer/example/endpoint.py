"""PATCH /prefer: JSON from a model."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from app.http.openapi import documented
from app.http.preferences import Prefer, documented_minimal, preferred_return

router = APIRouter()

prefer = Prefer()


class Item(BaseModel):
    """What `patch_prefer` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.patch(
    "/prefer",
    responses={
        **documented(200, prefer),
        **documented_minimal(prefer),
    },
)
async def patch_prefer(
    preferred: Annotated[str | None, Depends(preferred_return)],
    response: Response,
) -> Item:
    """Answer with one Item."""
    prefer.apply(response, preferred)
    return Item(id=1, title="example")

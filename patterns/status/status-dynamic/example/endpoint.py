"""POST /status-dynamic: JSON from a model."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from app.http.openapi import documented

router = APIRouter()


class Item(BaseModel):
    """What `post_status_dynamic` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


async def is_new() -> bool:
    """Say whether this request creates something; replace with a look-up of your own."""
    return True


@router.post("/status-dynamic", status_code=201, responses=documented(200, model=Item))
async def post_status_dynamic(
    created: Annotated[bool, Depends(is_new)],
    response: Response,
) -> Item:
    """Answer with one Item."""
    response.status_code = 201 if created else 200
    return Item(id=1, title="example")

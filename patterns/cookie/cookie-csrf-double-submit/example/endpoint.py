"""POST /account: JSON from a model."""

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from app.cookies.csrf import csrf_guard
from app.http.csrf import FORBIDDEN

router = APIRouter()


class Item(BaseModel):
    """What `post_account` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.post("/account", dependencies=[Depends(csrf_guard.check)], responses=FORBIDDEN)
async def post_account() -> Item:
    """Answer with one Item."""
    return Item(id=1, title="example")

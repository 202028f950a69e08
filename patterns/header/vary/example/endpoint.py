"""GET /vary: JSON from a model."""

from fastapi import APIRouter, Response
from pydantic import BaseModel

from app.http.openapi import documented
from app.http.vary import Vary

router = APIRouter()

vary = Vary(("Accept-Language",))


class Item(BaseModel):
    """What `get_vary` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.get("/vary", responses=documented(200, vary))
async def get_vary(response: Response) -> Item:
    """Answer with one Item."""
    vary.apply(response)
    return Item(id=1, title="example")

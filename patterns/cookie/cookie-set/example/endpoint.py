"""GET /cookie-set: JSON from a model."""

from fastapi import APIRouter, Response
from pydantic import BaseModel

from app.cookies.visitor import visitor_cookie
from app.http.openapi import documented

router = APIRouter()


class Item(BaseModel):
    """What `get_cookie_set` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.get("/cookie-set", responses=documented(200, visitor_cookie))
async def get_cookie_set(response: Response) -> Item:
    """Answer with one Item."""
    visitor_cookie.set(response, "example")
    return Item(id=1, title="example")

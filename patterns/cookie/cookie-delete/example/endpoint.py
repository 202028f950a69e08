"""GET /cookie-delete: JSON from a model."""

from fastapi import APIRouter, Response
from pydantic import BaseModel

from app.cookies.retired import retired_cookie
from app.http.openapi import documented

router = APIRouter()


class Item(BaseModel):
    """What `get_cookie_delete` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.get("/cookie-delete", responses=documented(200, retired_cookie))
async def get_cookie_delete(response: Response) -> Item:
    """Answer with one Item."""
    retired_cookie.delete(response)
    return Item(id=1, title="example")

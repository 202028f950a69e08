"""GET /x-robots-tag: JSON from a model."""

from fastapi import APIRouter, Response
from pydantic import BaseModel

from app.http.headers import FixedHeader
from app.http.openapi import documented

router = APIRouter()

x_robots_tag = FixedHeader("X-Robots-Tag", "noindex")


class Item(BaseModel):
    """What `get_x_robots_tag` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.get("/x-robots-tag", responses=documented(200, x_robots_tag))
async def get_x_robots_tag(response: Response) -> Item:
    """Answer with one Item."""
    x_robots_tag.apply(response)
    return Item(id=1, title="example")

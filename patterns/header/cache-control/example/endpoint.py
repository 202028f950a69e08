"""GET /cache-control: JSON from a model."""

from fastapi import APIRouter, Response
from pydantic import BaseModel

from app.http.caching import CacheControl
from app.http.openapi import documented

router = APIRouter()

cache_control = CacheControl("private, no-cache")


class Item(BaseModel):
    """What `get_cache_control` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.get("/cache-control", responses=documented(200, cache_control))
async def get_cache_control(response: Response) -> Item:
    """Answer with one Item."""
    cache_control.apply(response)
    return Item(id=1, title="example")

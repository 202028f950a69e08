"""GET /clear-site-data: JSON from a model."""

from fastapi import APIRouter, Response
from pydantic import BaseModel

from app.http.headers import FixedHeader
from app.http.openapi import documented

router = APIRouter()

clear_site_data = FixedHeader("Clear-Site-Data", '"cookies", "storage"')


class Item(BaseModel):
    """What `get_clear_site_data` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.get("/clear-site-data", responses=documented(200, clear_site_data))
async def get_clear_site_data(response: Response) -> Item:
    """Answer with one Item."""
    clear_site_data.apply(response)
    return Item(id=1, title="example")

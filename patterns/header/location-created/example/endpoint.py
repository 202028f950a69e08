"""POST /location-created: JSON from a model."""

from fastapi import APIRouter, Response
from pydantic import BaseModel

from app.http.locations import CreatedLocation
from app.http.openapi import documented

router = APIRouter()

location = CreatedLocation("/items/{id}")


class Item(BaseModel):
    """What `post_location_created` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.post("/location-created", status_code=201, responses=documented(201, location))
async def post_location_created(response: Response) -> Item:
    """Answer with one Item."""
    location.apply(response, id=1)
    return Item(id=1, title="example")

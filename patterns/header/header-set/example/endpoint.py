"""GET /header-set: JSON from a model."""

from fastapi import APIRouter, Response
from pydantic import BaseModel

from app.http.headers import FixedHeader
from app.http.openapi import documented

router = APIRouter()

service_version_header = FixedHeader("Service-Version", "1")


class Item(BaseModel):
    """What `get_header_set` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.get("/header-set", responses=documented(200, service_version_header))
async def get_header_set(response: Response) -> Item:
    """Answer with one Item."""
    service_version_header.apply(response)
    return Item(id=1, title="example")

"""GET /deprecation-sunset: JSON from a model."""

from datetime import UTC, datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel

from app.http.deprecation import DeprecationNotice
from app.http.openapi import documented

router = APIRouter()

deprecation = DeprecationNotice(
    deprecation=datetime(2026, 1, 1, 0, 0, tzinfo=UTC),
    sunset=datetime(2027, 1, 1, 0, 0, tzinfo=UTC),
    link="/docs",
    successor=None,
)


class Item(BaseModel):
    """What `get_deprecation_sunset` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.get("/deprecation-sunset", deprecated=True, responses=documented(200, deprecation))
async def get_deprecation_sunset(response: Response) -> Item:
    """Answer with one Item."""
    deprecation.apply(response)
    return Item(id=1, title="example")

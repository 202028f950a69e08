"""GET /www-authenticate: JSON from a model."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from app.http.authentication import CHALLENGED, BearerAuthentication

router = APIRouter()

bearer = BearerAuthentication("api")


class Item(BaseModel):
    """What `get_www_authenticate` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.get("/www-authenticate", responses=CHALLENGED)
async def get_www_authenticate(caller: Annotated[str, Depends(bearer)]) -> Item:
    """Answer with one Item."""
    return Item(id=1, title="example")

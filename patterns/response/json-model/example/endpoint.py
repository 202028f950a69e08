"""GET /json-model: JSON from a model."""

from fastapi import APIRouter
from pydantic import BaseModel

router = APIRouter()


class Item(BaseModel):
    """What `get_json_model` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.get("/json-model")
async def get_json_model() -> Item:
    """Answer with one Item."""
    return Item(id=1, title="example")

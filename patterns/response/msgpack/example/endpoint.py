"""GET /msgpack: MessagePack."""

from fastapi import APIRouter
from pydantic import BaseModel

from app.http.message_pack import MessagePackResponse

router = APIRouter()


class Item(BaseModel):
    """What `get_msgpack` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.get("/msgpack", response_class=MessagePackResponse)
async def get_msgpack() -> Item:
    """Answer with one Item."""
    return Item(id=1, title="example")

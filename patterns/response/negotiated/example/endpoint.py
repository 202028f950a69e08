"""GET /negotiated: The format that the client prefers."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from app.http.negotiation import Negotiated, documented_negotiation

router = APIRouter()

negotiated = Negotiated(("application/json", "text/csv", "text/html"))


class Item(BaseModel):
    """What `get_negotiated` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.get("/negotiated", responses=documented_negotiation(negotiated, model=Item))
async def get_negotiated(media_type: Annotated[str, Depends(negotiated)]) -> Response:
    """Answer with the items, in the format that the client prefers."""
    item = Item(id=1, title="example")
    return negotiated.response(media_type, [item])

"""GET /cookie-signed: JSON from a model."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from app.cookies.cart import cart_signed

router = APIRouter()


class Item(BaseModel):
    """What `get_cookie_signed` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.get("/cookie-signed")
async def get_cookie_signed(cart_value: Annotated[str | None, Depends(cart_signed.value)]) -> Item:
    """Answer with one Item."""
    return Item(id=1, title="example")

"""GET /cookie-read-param: JSON from a model."""

from typing import Annotated

from fastapi import APIRouter, Cookie
from pydantic import BaseModel

from app.http.cookie_values import NONE_UNLESS_VALID

router = APIRouter()


class Item(BaseModel):
    """What `get_cookie_read_param` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.get("/cookie-read-param")
async def get_cookie_read_param(
    theme_value: Annotated[
        str | None,
        Cookie(alias="theme", max_length=64),
        NONE_UNLESS_VALID,
    ] = None,
) -> Item:
    """Answer with one Item."""
    return Item(id=1, title="example")

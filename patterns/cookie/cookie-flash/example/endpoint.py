"""GET /cookie-flash: JSON from a model."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from app.cookies.notice import notice_flash
from app.http.openapi import documented

router = APIRouter()


class Item(BaseModel):
    """What `get_cookie_flash` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.get("/cookie-flash", responses=documented(200, notice_flash))
async def get_cookie_flash(
    notice_message: Annotated[str | None, Depends(notice_flash.message)],
    response: Response,
) -> Item:
    """Answer with one Item."""
    notice_flash.clear(response, notice_message)
    return Item(id=1, title="example")

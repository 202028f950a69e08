"""GET /cursor-pagination: JSON from a model."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from app.http.cursors import CursorPage, CursorPagination, CursorRequest
from app.http.openapi import documented

router = APIRouter()

pagination = CursorPagination(20)


class Item(BaseModel):
    """What `get_cursor_pagination` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


ITEMS = {number: Item(id=number, title="example") for number in range(1, 61)}
"""The items by their keys; replace with a table of your own."""


async def read_page(asked_page: Annotated[CursorRequest, Depends(pagination)]) -> CursorPage[Item]:
    """Return the page that is asked for; replace with a query of your own.

    It goes by a key that is unique and stays: `WHERE id > :after ORDER BY id LIMIT :limit + 1`.
    """
    keys = [key for key in sorted(ITEMS) if key > (asked_page.after or 0)]
    return asked_page.page([(key, ITEMS[key]) for key in keys[: asked_page.limit + 1]])


@router.get("/cursor-pagination", responses=documented(200, pagination))
async def get_cursor_pagination(
    page: Annotated[CursorPage[Item], Depends(read_page)],
    response: Response,
) -> list[Item]:
    """Answer with a list of Item."""
    pagination.apply(response, page)
    return page.items

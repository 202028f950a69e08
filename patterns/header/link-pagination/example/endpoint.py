"""GET /link-pagination: JSON from a model."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from app.http.openapi import documented
from app.http.pagination import LinkPagination, PageRequest

router = APIRouter()

pagination = LinkPagination(20)


class Item(BaseModel):
    """What `get_link_pagination` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.get("/link-pagination", responses=documented(200, pagination))
async def get_link_pagination(
    asked_page: Annotated[PageRequest, Depends(pagination)],
    response: Response,
) -> Item:
    """Answer with one Item."""
    pagination.apply(response, asked_page, total=60)
    return Item(id=1, title="example")

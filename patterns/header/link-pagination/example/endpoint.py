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


def all_items() -> list[Item]:
    """Return what there is; replace with queries of your own, for the number and for one page."""
    return [Item(id=number, title="example") for number in range(1, 61)]


@router.get("/link-pagination", responses=documented(200, pagination))
async def get_link_pagination(
    asked_page: Annotated[PageRequest, Depends(pagination)],
    response: Response,
) -> list[Item]:
    """Answer with a list of Item."""
    pagination.apply(response, asked_page, total=len(all_items()))
    return all_items()[asked_page.offset : asked_page.end]

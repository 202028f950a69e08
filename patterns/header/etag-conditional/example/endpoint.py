"""GET /etag-conditional: JSON from a model."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from app.http.conditional import (
    EntityTag,
    RequestConditions,
    documented_unchanged,
    request_conditions,
)
from app.http.openapi import documented

router = APIRouter()

etag = EntityTag(weak=False)


class Item(BaseModel):
    """What `get_etag_conditional` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.get(
    "/etag-conditional",
    responses={
        **documented(200, etag),
        **documented_unchanged(etag),
    },
)
async def get_etag_conditional(
    conditions: Annotated[RequestConditions, Depends(request_conditions)],
    response: Response,
) -> Item:
    """Answer with one Item."""
    etag.apply(response, "1")
    conditions.end_if_unchanged(response)
    return Item(id=1, title="example")

"""GET /last-modified: JSON from a model."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from app.http.conditional import (
    LastModified,
    RequestConditions,
    documented_unchanged,
    request_conditions,
)
from app.http.openapi import documented

router = APIRouter()

last_modified = LastModified()


class Item(BaseModel):
    """What `get_last_modified` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.get(
    "/last-modified",
    responses={
        **documented(200, last_modified),
        **documented_unchanged(last_modified),
    },
)
async def get_last_modified(
    conditions: Annotated[RequestConditions, Depends(request_conditions)],
    response: Response,
) -> Item:
    """Answer with one Item."""
    last_modified.apply(response, datetime(2026, 1, 31, 12, 0, tzinfo=UTC))
    conditions.end_if_unchanged(response)
    return Item(id=1, title="example")

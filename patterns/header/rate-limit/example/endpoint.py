"""GET /rate-limit: JSON from a model."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from app.http.openapi import documented
from app.http.rate_limits import TOO_MANY_REQUESTS, RateLimit, Usage

router = APIRouter()

rate_limit = RateLimit(quota=100, window=60)


class Item(BaseModel):
    """What `get_rate_limit` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


async def counted(request: Request) -> Usage:
    """Count the requests of each client; end the request when they are too many."""
    return await rate_limit.count(request)


@router.get(
    "/rate-limit",
    responses={
        **documented(200, rate_limit),
        **TOO_MANY_REQUESTS,
    },
)
async def get_rate_limit(usage: Annotated[Usage, Depends(counted)], response: Response) -> Item:
    """Answer with one Item."""
    rate_limit.apply(response, usage)
    return Item(id=1, title="example")

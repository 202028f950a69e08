"""GET /jsonl-stream: JSON Lines, streamed."""

from collections.abc import AsyncIterable

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from app.http.headers import FixedHeader
from app.http.json_lines import JSONLinesRoute
from app.http.openapi import documented

router = APIRouter(route_class=JSONLinesRoute)

unbuffered = FixedHeader("X-Accel-Buffering", "no")


class Item(BaseModel):
    """What `get_jsonl_stream` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.get(
    "/jsonl-stream",
    dependencies=[Depends(unbuffered)],
    responses=documented(200, unbuffered),
)
async def get_jsonl_stream() -> AsyncIterable[Item]:
    """Stream one Item a line."""
    # Open a session for each batch: a client that reads slowly would hold that of a dependency.
    for _ in range(2):  # replace with a query that reads in batches and does not block
        yield Item(id=1, title="example")

"""GET /server-timing: JSON from a model."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from app.http.openapi import documented
from app.http.timing import ServerTiming, Timings

router = APIRouter()

server_timing = ServerTiming()


class Item(BaseModel):
    """What `get_server_timing` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.get("/server-timing", responses=documented(200, server_timing))
async def get_server_timing(
    timings: Annotated[Timings, Depends(server_timing)],
    response: Response,
) -> Item:
    """Answer with one Item."""
    timings.mark("endpoint")
    return Item(id=1, title="example")

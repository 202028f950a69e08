"""GET /header-read-param: JSON from a model."""

from typing import Annotated

from fastapi import APIRouter, Header
from pydantic import BaseModel

router = APIRouter()


class Item(BaseModel):
    """What `get_header_read_param` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.get("/header-read-param")
async def get_header_read_param(
    client_version_given: Annotated[
        str | None,
        Header(alias="Client-Version", max_length=64),
    ] = None,
) -> Item:
    """Answer with one Item."""
    return Item(id=1, title="example")

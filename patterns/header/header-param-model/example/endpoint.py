"""GET /header-param-model: JSON from a model."""

from typing import Annotated

from fastapi import APIRouter, Header
from pydantic import BaseModel

router = APIRouter()


class Item(BaseModel):
    """What `get_header_param_model` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


class RequestHeaders(BaseModel):
    """The request headers that `get_header_param_model` reads; all others are ignored."""

    client_version: str | None = None
    client_level: int | None = None


@router.get("/header-param-model")
async def get_header_param_model(request_headers: Annotated[RequestHeaders, Header()]) -> Item:
    """Answer with one Item."""
    return Item(id=1, title="example")

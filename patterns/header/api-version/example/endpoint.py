"""GET /api-version: JSON from a model."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from app.http.openapi import documented
from app.http.versions import UNSUPPORTED_VERSION, ApiVersion

router = APIRouter()

api_version = ApiVersion("2025-01-01", "2026-06-01")


class Item(BaseModel):
    """What `get_api_version` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.get(
    "/api-version",
    responses={
        **documented(200, api_version),
        **UNSUPPORTED_VERSION,
    },
)
async def get_api_version(
    version: Annotated[str, Depends(api_version.asked)],
    response: Response,
) -> Item:
    """Answer with one Item."""
    api_version.apply(response, version)
    return Item(id=1, title="example")

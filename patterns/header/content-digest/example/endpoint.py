"""GET /content-digest: JSONResponse, returned."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from app.http.content_digest import ContentDigest
from app.http.openapi import documented

router = APIRouter()

content_digest = ContentDigest("sha-256")


class Item(BaseModel):
    """What `get_content_digest` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.get("/content-digest", response_model=Item, responses=documented(200, content_digest))
async def get_content_digest() -> JSONResponse:
    """Answer with one Item."""
    answer = Item(id=1, title="example")
    response = JSONResponse(answer.model_dump(mode="json"))
    content_digest.apply(response)
    return response

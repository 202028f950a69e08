"""POST /status-unsupported-media: JSON from a model."""

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from app.http.media_types import JSONOnly

router = APIRouter()

json_only = JSONOnly("Accept-Post")
UNSUPPORTED_MEDIA = json_only.refusal()


class Item(BaseModel):
    """What `post_status_unsupported_media` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


class PostStatusUnsupportedMediaBody(BaseModel):
    """What `post_status_unsupported_media` is sent."""

    title: str


@router.post(
    "/status-unsupported-media",
    dependencies=[Depends(json_only)],
    responses=UNSUPPORTED_MEDIA,
)
async def post_status_unsupported_media(body: PostStatusUnsupportedMediaBody) -> Item:
    """Answer with one Item."""
    return Item(id=1, title=body.title)

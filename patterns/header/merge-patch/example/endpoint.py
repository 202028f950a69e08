"""PATCH /merge-patch: JSON from a model."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel

from app.http.merge_patch import MERGE_PATCH, MergePatch, merge_patch_only

router = APIRouter()

UNSUPPORTED_MEDIA = merge_patch_only.refusal()


class Item(BaseModel):
    """What `patch_merge_patch` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


class PatchMergePatchBody(BaseModel):
    """What `patch_merge_patch` is sent."""

    title: str
    text: str | None = None


@router.patch("/merge-patch", dependencies=[Depends(merge_patch_only)], responses=UNSUPPORTED_MEDIA)
async def patch_merge_patch(
    body: Annotated[MergePatch[PatchMergePatchBody], Body(media_type=MERGE_PATCH)],
) -> Item:
    """Answer with one Item."""
    return Item(id=1, title="example")

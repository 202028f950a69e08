"""POST /webhook-signature: JSON from a model."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from app.http.webhooks import UNSIGNED, WebhookSignature

router = APIRouter()

webhook = WebhookSignature()


class Item(BaseModel):
    """What `post_webhook_signature` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


class PostWebhookSignatureBody(BaseModel):
    """What `post_webhook_signature` is sent."""

    event: str


@router.post("/webhook-signature", responses=UNSIGNED)
async def post_webhook_signature(
    body: PostWebhookSignatureBody,
    webhook_id: Annotated[str, Depends(webhook)],
) -> Item:
    """Answer with one Item."""
    return Item(id=1, title="example")

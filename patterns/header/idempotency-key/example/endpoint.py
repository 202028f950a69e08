"""POST /idempotency-key: JSON from a model."""

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from app.http.idempotency import REPEATED, Idempotency
from app.http.openapi import documented

router = APIRouter()

idempotency = Idempotency(max_age=86_400)


class Item(BaseModel):
    """What `post_idempotency_key` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.post(
    "/idempotency-key",
    dependencies=[Depends(idempotency)],
    responses={
        **documented(200, idempotency),
        **REPEATED,
    },
)
async def post_idempotency_key() -> Item:
    """Answer with one Item."""
    return Item(id=1, title="example")

"""GET /proxy-stream: The answer of another service."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from app.http.upstream import Upstream, documented_upstream, upstream

router = APIRouter()


@router.get(
    "/proxy-stream",
    response_class=StreamingResponse,
    responses=documented_upstream(media_type="application/pdf"),
)
async def get_proxy_stream(service: Annotated[Upstream, Depends(upstream)]) -> StreamingResponse:
    """Pass on what the service behind this one answers."""
    return await service.stream("/report", media_type="application/pdf")

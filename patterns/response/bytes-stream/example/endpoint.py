"""GET /bytes-stream: Bytes, streamed."""

import io
from collections.abc import Iterable
from typing import BinaryIO

from fastapi import APIRouter

from app.http.chunks import file_chunks
from app.http.closed_streams import StreamingResponse
from app.http.openapi import documented

router = APIRouter()


class BytesStreamingResponse(StreamingResponse):
    """Bytes as `application/octet-stream`, whose length is not known when they start."""

    media_type = "application/octet-stream"


def opened() -> BinaryIO:
    """Open what is sent; replace with an object of a store, or the output of a process.

    Open no connection in a dependency: a client that reads slowly would hold it.
    """
    return io.BytesIO(b"\x00\n\xff" * 50_000)


@router.get(
    "/bytes-stream",
    response_class=BytesStreamingResponse,
    responses=documented(200, media_type="application/octet-stream"),
)
def get_bytes_stream() -> Iterable[bytes]:
    """Stream the bytes in blocks."""
    yield from file_chunks(opened())

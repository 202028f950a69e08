"""GET /binary-image: An image."""

from fastapi import APIRouter, Response

from app.http.images import ImageHeaders
from app.http.openapi import documented

router = APIRouter()

image_headers = ImageHeaders()


def drawing() -> bytes:
    """Return the image's bytes; replace with your own drawing."""
    return bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a4944415478da63f80f00010101001cb08c990000000049454e44ae426082",
    )


@router.get(
    "/binary-image",
    response_class=Response,
    responses=documented(200, image_headers, media_type="image/png"),
)
def get_binary_image() -> Response:
    """Answer with the image."""
    response = Response(drawing(), media_type="image/png")
    image_headers.apply(response)
    return response

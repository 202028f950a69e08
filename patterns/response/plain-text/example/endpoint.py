"""GET /plain-text: Plain text."""

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

router = APIRouter()


@router.get("/plain-text", response_class=PlainTextResponse)
async def get_plain_text() -> str:
    """Answer with the text."""
    return "OK"

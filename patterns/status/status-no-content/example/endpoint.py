"""DELETE /status-no-content: No content."""

from fastapi import APIRouter, Response

router = APIRouter()


@router.delete("/status-no-content", status_code=204, response_class=Response)
async def delete_status_no_content() -> None:
    """Do what was asked, and answer without content."""

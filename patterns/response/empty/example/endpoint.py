"""DELETE /empty: No content."""

from fastapi import APIRouter, Response

router = APIRouter()


@router.delete("/empty", status_code=204, response_class=Response)
async def delete_empty() -> None:
    """Do what was asked, and answer without content."""

"""GET /redirect: Redirect."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from app.http.openapi import HeaderDescription, documented

router = APIRouter()

location = HeaderDescription("Location", "Where the answer is.")


@router.get(
    "/redirect",
    status_code=307,
    response_class=RedirectResponse,
    responses=documented(307, location),
)
async def get_redirect() -> str:
    """Redirect to where the answer is."""
    return "/"

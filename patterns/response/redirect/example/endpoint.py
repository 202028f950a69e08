"""GET /redirect: Redirect."""

from fastapi import APIRouter

from app.http.openapi import HeaderDescription, documented
from app.http.redirects import Redirect

router = APIRouter()

location = HeaderDescription("Location", "Where the answer is.")


@router.get(
    "/redirect",
    status_code=307,
    response_class=Redirect,
    responses=documented(307, location),
)
async def get_redirect() -> str:
    """Redirect to where the answer is."""
    return "/"

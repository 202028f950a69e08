"""GET /redirect-safe: Redirect to where the client asks, inside this site."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse

from app.http.openapi import HeaderDescription, documented
from app.http.redirects import local_target

router = APIRouter()

location = HeaderDescription("Location", "The target, which is on this site.")


@router.get(
    "/redirect-safe",
    status_code=303,
    response_class=RedirectResponse,
    responses=documented(303, location),
)
async def get_redirect_safe(
    requested_target: Annotated[str | None, Query(alias="next")] = None,
) -> str:
    """Redirect to the target, or to `/` when it leads to another site."""
    return local_target(requested_target, "/")

"""POST /auth/refresh: JSON from a model."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from app.cookies.refresh import refresh_cookie, refresh_tokens
from app.http.login import Issued
from app.http.openapi import documented

router = APIRouter()


class Item(BaseModel):
    """What `post_auth_refresh` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.post(
    "/auth/refresh",
    responses={
        **documented(200, refresh_cookie),
        **refresh_tokens.refusal(),
    },
)
async def post_auth_refresh(
    refresh_issued: Annotated[Issued, Depends(refresh_tokens.rotated)],
    response: Response,
) -> Item:
    """Give out the next refresh token in place of the one that was sent."""
    refresh_cookie.set(response, refresh_issued.token)
    return Item(id=1, title="example")

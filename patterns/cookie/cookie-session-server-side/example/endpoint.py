"""GET /cookie-session-server-side: JSON from a model."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from app.cookies.sid import sid_session
from app.http.login import UNAUTHORIZED

router = APIRouter()


class Item(BaseModel):
    """What `get_cookie_session_server_side` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.get("/cookie-session-server-side", responses=UNAUTHORIZED)
async def get_cookie_session_server_side(
    sid_user: Annotated[str, Depends(sid_session.user)],
) -> Item:
    """Answer with one Item."""
    return Item(id=1, title="example")

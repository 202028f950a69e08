"""GET /cookie-session-host-prefix: JSON from a model."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from app.cookies.session import session
from app.http.login import UNAUTHORIZED

router = APIRouter()


class Item(BaseModel):
    """What `get_cookie_session_host_prefix` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.get("/cookie-session-host-prefix", responses=UNAUTHORIZED)
async def get_cookie_session_host_prefix(user: Annotated[str, Depends(session.user)]) -> Item:
    """Answer with one Item."""
    return Item(id=1, title="example")

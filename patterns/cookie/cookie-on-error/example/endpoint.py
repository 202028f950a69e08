"""GET /cookie-on-error: JSON from a model."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from app.cookies.device import device_cookie
from app.http.cookie_errors import ErrorWithCookies, documented_cookie_error

router = APIRouter()

device_refused = documented_cookie_error(
    401,
    "Refused, and the cookie `device` deleted",
    device_cookie,
)


class Item(BaseModel):
    """What `get_cookie_on_error` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


async def is_device_accepted() -> bool:
    """Say whether the request may go on; replace with a check of your own."""
    return True


async def device_accepted(accepted: Annotated[bool, Depends(is_device_accepted)]) -> None:
    """Refuse the request, and delete the cookie with the error."""
    if not accepted:
        raise ErrorWithCookies(401, "Not accepted any more", delete_cookies=[device_cookie])


@router.get("/cookie-on-error", dependencies=[Depends(device_accepted)], responses=device_refused)
async def get_cookie_on_error() -> Item:
    """Answer with one Item."""
    return Item(id=1, title="example")

"""GET /cookie-param-model: JSON from a model."""

from typing import Annotated

from fastapi import APIRouter, Cookie
from pydantic import BaseModel

from app.http.cookie_values import CookieModel

router = APIRouter()


class Item(BaseModel):
    """What `get_cookie_param_model` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


class RequestCookies(CookieModel):
    """The cookies that `get_cookie_param_model` reads; all others are ignored."""

    theme: str | None = None
    font_size: int | None = None


@router.get("/cookie-param-model")
async def get_cookie_param_model(cookies: Annotated[RequestCookies, Cookie()]) -> Item:
    """Answer with one Item."""
    return Item(id=1, title="example")

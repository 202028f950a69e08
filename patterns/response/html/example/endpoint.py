"""GET /html: HTML."""

from html import escape

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

router = APIRouter()


TITLE = "Hello"


def page(title: str) -> str:
    """Return the page; whatever comes from outside goes through `escape`."""
    heading = escape(title)
    head = f'<!doctype html><html lang="en"><title>{heading}</title>'
    return f"{head}<h1>{heading}</h1></html>"


@router.get("/html", response_class=HTMLResponse)
async def get_html() -> str:
    """Answer with the page."""
    return page(TITLE)

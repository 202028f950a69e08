"""GET /html-template: HTML from a template."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.http.pages import templates

router = APIRouter()


TITLE = "Hello"


@router.get("/html-template", response_class=HTMLResponse)
async def get_html_template(request: Request) -> HTMLResponse:
    """Answer with the page."""
    return templates.TemplateResponse(request, "get_html_template.html", {"title": TITLE})

"""GET /csp-nonce: HTML."""

from html import escape
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse

from app.http.content_security import ContentSecurityPolicy, new_nonce
from app.http.openapi import documented

router = APIRouter()

content_security_policy = ContentSecurityPolicy(
    "default-src 'self'",
    "script-src 'nonce'",
    "style-src 'nonce'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)


TITLE = "Hello"
STYLE = "h1 { font-weight: normal; }"
SCRIPT = 'document.documentElement.classList.add("scripted");'


def page(title: str, nonce: str) -> str:
    """Return the page; whatever comes from outside goes through `escape`."""
    heading = escape(title)
    head = f'<!doctype html><html lang="en"><title>{heading}</title>'
    style = f'<style nonce="{nonce}">{STYLE}</style>'
    script = f'<script nonce="{nonce}">{SCRIPT}</script>'
    return f"{head}{style}<h1>{heading}</h1>{script}</html>"


@router.get(
    "/csp-nonce",
    response_class=HTMLResponse,
    responses=documented(200, content_security_policy),
)
async def get_csp_nonce(nonce: Annotated[str, Depends(new_nonce)], response: Response) -> str:
    """Answer with the page."""
    content_security_policy.apply(response, nonce)
    return page(TITLE, nonce)

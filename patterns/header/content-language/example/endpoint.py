"""GET /content-language: JSON from a model."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from app.http.language import ContentLanguage
from app.http.openapi import documented

router = APIRouter()

content_language = ContentLanguage(("en",))


class Item(BaseModel):
    """What `get_content_language` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.get("/content-language", responses=documented(200, content_language))
async def get_content_language(request: Request, response: Response) -> Item:
    """Answer with one Item."""
    content_language.apply(response, request)
    return Item(id=1, title="example")

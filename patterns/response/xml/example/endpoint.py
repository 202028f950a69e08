"""GET /xml: XML."""

from fastapi import APIRouter
from pydantic import BaseModel

from app.http.xml_data import XMLResponse

router = APIRouter()


class ItemXMLResponse(XMLResponse):
    """XML with the outermost element `item`."""

    root = "item"


class Item(BaseModel):
    """What `get_xml` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.get(
    "/xml",
    response_class=ItemXMLResponse,
    responses=ItemXMLResponse.documented(200, model=Item),
)
async def get_xml() -> Item:
    """Answer with one Item."""
    return Item(id=1, title="example")

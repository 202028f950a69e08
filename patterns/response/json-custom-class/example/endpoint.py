"""GET /json-custom-class: JSON under another media type."""

import json
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel

router = APIRouter()


class VendorJSONResponse(JSONResponse):
    """JSON as `application/vnd.example+json`, indented."""

    media_type = "application/vnd.example+json"
    charset = "utf-8"

    def render(self, content: Any) -> bytes:
        """Return the bytes of the body."""
        text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=2)
        return text.encode(self.charset)


class Item(BaseModel):
    """What `get_json_custom_class` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.get("/json-custom-class", response_class=VendorJSONResponse)
async def get_json_custom_class() -> Item:
    """Answer with one Item."""
    return Item(id=1, title="example")

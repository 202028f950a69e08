"""GET /json-direct: JSONResponse, returned."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel

router = APIRouter()


class Item(BaseModel):
    """What `get_json_direct` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.get("/json-direct", response_model=Item)
async def get_json_direct() -> JSONResponse:
    """Answer with one Item."""
    answer = Item(id=1, title="example")
    return JSONResponse(answer.model_dump(mode="json"))

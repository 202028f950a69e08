"""PUT /if-match: JSON from a model."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from app.http.conditional import EntityTag
from app.http.openapi import documented
from app.http.preconditions import PRECONDITIONS, Precondition, if_match

router = APIRouter()

etag = EntityTag(weak=False)


class Item(BaseModel):
    """What `put_if_match` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


async def matched_version(expected: Annotated[Precondition, Depends(if_match)]) -> None:
    """Go on only for clients that know this version; replace it with a look-up of your own."""
    expected.require("1")


@router.put(
    "/if-match",
    dependencies=[Depends(matched_version)],
    responses={
        **documented(200, etag),
        **PRECONDITIONS,
    },
)
async def put_if_match(response: Response) -> Item:
    """Answer with one Item."""
    etag.apply(response, "2")
    return Item(id=1, title="example")

"""GET /sse: Server-sent events, resumable."""

from collections.abc import AsyncIterable
from typing import Annotated

from fastapi import APIRouter, Depends, Header
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel

from app.http.events import documented_events

router = APIRouter()


LATEST = 3  # the number of the newest event; replace with your own log of events


async def start_after(last_event_id: Annotated[str, Header()] = "") -> int:
    """Return the number of the last event that the client has, or 0.

    One that this log does not know, as after it was begun anew, is no error: browsers would never
    come back. Once the stream has begun, its status has left: what can fail is checked here.
    """
    known = range(1, LATEST + 1)
    return next((number for number in known if str(number) == last_event_id), 0)


class Item(BaseModel):
    """What `get_sse` answers; a field that is not declared here never leaves the server."""

    id: int
    title: str


@router.get("/sse", response_class=EventSourceResponse, responses=documented_events(model=Item))
async def get_sse(
    seen_until: Annotated[int, Depends(start_after)],
) -> AsyncIterable[ServerSentEvent]:
    """Stream the events that the client does not have yet."""
    yield ServerSentEvent(comment="connected", retry=3_000)
    # A session that a dependency yields is held as long as a client listens: open one for each read.
    for event_number in range(seen_until + 1, LATEST + 1):
        payload = Item(id=1, title="example")
        yield ServerSentEvent(id=str(event_number), event="update", data=payload)

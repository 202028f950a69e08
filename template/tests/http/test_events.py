"""`app.http.events`: what the document says is what a browser receives."""

from collections.abc import AsyncIterable

from fastapi import HTTPException
from fastapi.sse import EventSourceResponse, ServerSentEvent
from fastapi.testclient import TestClient
from openapi_spec_validator import validate
from pydantic import BaseModel, computed_field

from app.http.application import Application
from app.http.events import UNKNOWN_EVENT, documented_events
from app.http.openapi import HeaderDescription
from tests.wire import undocumented


class Change(BaseModel):
    """The data of an event."""

    id: int

    @computed_field  # type: ignore[prop-decorator]
    @property
    def name(self) -> str:
        """What is sent beside the fields."""
        return f"change {self.id}"


app = Application()
more = HeaderDescription("More", "Of the endpoint itself.", required=False)


@app.get(
    "/events",
    response_class=EventSourceResponse,
    responses={**documented_events(more, model=Change), **UNKNOWN_EVENT},
)
async def events() -> AsyncIterable[ServerSentEvent]:
    """Stream one event."""
    yield ServerSentEvent(id="1", event="changed", data=Change(id=7))


@app.get("/unknown", responses=UNKNOWN_EVENT)
async def unknown() -> None:
    """Refuse whatever was the last event."""
    raise HTTPException(409, "There is no such event")


def test_document_is_valid() -> None:
    """As OpenAPI 3.2, to which `itemSchema` belongs."""
    validate(app.openapi())


def test_data_is_described_beside_the_event() -> None:
    """What FastAPI says about events stays; the data is what is sent, not what is accepted."""
    answers = app.openapi()["paths"]["/events"]["get"]["responses"]
    assert list(answers["200"]["content"]) == ["text/event-stream"]
    event = answers["200"]["content"]["text/event-stream"]["itemSchema"]
    assert list(event["properties"]) == ["data", "event", "id", "retry"]
    data = event["properties"]["data"]
    assert (data["type"], data["contentMediaType"]) == ("string", "application/json")
    assert list(data["contentSchema"]["properties"]) == ["id", "name"]


def test_headers_are_described() -> None:
    """Those of every stream of events, which FastAPI sends, and those of the endpoint."""
    answers = app.openapi()["paths"]["/events"]["get"]["responses"]
    headers = answers["200"]["headers"]
    assert {name: value["required"] for name, value in headers.items()} == {
        "Cache-Control": True,
        "X-Accel-Buffering": True,
        "More": False,
    }
    assert headers["Cache-Control"]["schema"] == {"type": "string", "pattern": "no-cache"}
    assert headers["X-Accel-Buffering"]["schema"] == {"type": "string", "const": "no"}
    assert answers["200"]["description"] == "The events"
    assert answers["409"]["description"] == "Last-Event-ID is none of an event that was sent"


def test_events_are_as_described() -> None:
    """Status, headers and media type; and the same of the refusal."""
    client = TestClient(app)
    response = client.get("/events")
    assert response.text == 'event: changed\ndata: {"id":7,"name":"change 7"}\nid: 1\n\n'
    assert undocumented(response, app.openapi()) == []
    refused = client.get("/unknown")
    assert refused.status_code == 409
    assert undocumented(refused, app.openapi()) == []

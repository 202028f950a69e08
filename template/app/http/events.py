"""Server-sent events, described (WHATWG HTML, section 9.2)."""

from typing import Any

from pydantic import BaseModel

from app.http.openapi import Described, documented, documented_error, header

UNKNOWN_EVENT = documented_error(409, "Last-Event-ID is none of an event that was sent")


class _StreamHeaders:
    def openapi_headers(self) -> dict[str, Any]:
        unbuffered = "Asks proxies to pass on each event at once."
        return {
            "Cache-Control": header("Events are not reused.", type="string", pattern="no-cache"),
            "X-Accel-Buffering": header(unbuffered, type="string", const="no"),
        }


def documented_events(
    *described: Described, model: type[BaseModel]
) -> dict[int | str, dict[str, Any]]:
    """Return the `responses=` entry of an endpoint that yields `ServerSentEvent`.

    FastAPI describes such an event without its data, which is a `model` as JSON.
    """
    data = {
        "type": "string",
        "contentMediaType": "application/json",
        "contentSchema": model.model_json_schema(mode="serialization"),
    }
    events = {"text/event-stream": {"itemSchema": {"properties": {"data": data}}}}
    entry = documented(200, _StreamHeaders(), *described, description="The events")
    entry[200]["content"] = events
    return entry

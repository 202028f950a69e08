"""`app.http.negotiation`: which format is chosen, and what each of them looks like."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, Response
from fastapi.testclient import TestClient
from pydantic import BaseModel

from app.http.negotiation import Negotiated, as_csv, as_html, documented_negotiation
from app.http.openapi import HeaderDescription
from tests.wire import undocumented

negotiated = Negotiated(("application/json", "text/csv", "text/html"))
app = FastAPI()


class Row(BaseModel):
    """A record with what each format has to escape."""

    at: datetime
    text: str


NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
ROWS = [Row(at=NOON, text='=1+"<b>"'), Row(at=NOON, text="b")]
documents = documented_negotiation(negotiated, HeaderDescription("Own", "Why."), model=Row)


@app.get("/rows", responses=documents)
async def rows(media_type: Annotated[str, Depends(negotiated)]) -> Response:
    """Answer with two rows."""
    response = negotiated.response(media_type, ROWS)
    response.headers["Own"] = "1"
    return response


client = TestClient(app)


@pytest.mark.parametrize(
    ("accept", "content_type", "body"),
    [
        (
            "*/*",
            "application/json",
            '[{"at":"2026-01-31T12:00:00Z","text":"=1+\\"<b>\\""},'
            '{"at":"2026-01-31T12:00:00Z","text":"b"}]',
        ),
        (
            "text/csv",
            "text/csv; charset=utf-8",
            'at,text\r\n2026-01-31T12:00:00Z,"\'=1+""<b>"""\r\n2026-01-31T12:00:00Z,b\r\n',
        ),
        (
            "text/html",
            "text/html; charset=utf-8",
            "<!doctype html>\n<table>\n"
            "<tr><th>at</th><th>text</th></tr>\n"
            "<tr><td>2026-01-31T12:00:00Z</td><td>=1+&quot;&lt;b&gt;&quot;</td></tr>\n"
            "<tr><td>2026-01-31T12:00:00Z</td><td>b</td></tr>\n"
            "</table>\n",
        ),
    ],
)
def test_formats(accept: str, content_type: str, body: str) -> None:
    """The same items, each time with what the format has to escape."""
    response = client.get("/rows", headers={"Accept": accept})
    assert (response.status_code, response.text) == (200, body)
    assert response.headers["content-type"] == content_type
    assert response.headers["vary"] == "Accept"
    assert undocumented(response, app.openapi()) == []


def test_negative_numbers_stay_numbers() -> None:
    """In CSV too, where text that begins with the same sign would be a formula."""

    class Booking(BaseModel):
        amount: Decimal
        text: str

    assert as_csv([Booking(amount=Decimal("-9.99"), text="-1")]) == "amount,text\r\n-9.99,'-1\r\n"


def test_no_format_fits() -> None:
    """406 says what there is, and that it depends on Accept."""
    response = client.get("/rows", headers={"Accept": "image/png"})
    assert response.status_code == 406
    assert response.json() == {"detail": "Available as application/json, text/csv, text/html"}
    assert response.headers["vary"] == "Accept"
    assert undocumented(response, app.openapi()) == []


def test_lines_of_accept_are_one_list() -> None:
    """A proxy may split the header; without it, anything is taken."""
    lines = [("Accept", "image/png"), ("Accept", "text/csv")]
    assert client.get("/rows", headers=lines).headers["content-type"].startswith("text/csv")
    del client.headers["accept"]
    assert client.get("/rows").headers["content-type"] == "application/json"
    client.headers["accept"] = "*/*"


def test_formats_are_documented() -> None:
    """All of them under one status; only JSON has the fields of the model."""
    responses = app.openapi()["paths"]["/rows"]["get"]["responses"]
    assert list(responses) == ["200", "406"]
    content = responses["200"]["content"]
    assert sorted(content) == ["application/json", "text/csv", "text/html"]
    schema = content["application/json"]["schema"]
    assert schema["items"] == {"$ref": "#/components/schemas/Row"}
    assert content["text/csv"] == {"schema": {"type": "string"}}
    assert sorted(responses["200"]["headers"]) == ["Own", "Vary"]


def test_nothing_to_show() -> None:
    """No items are no error."""
    assert as_csv([]) == ""
    assert as_html([]) == "<!doctype html>\n<table>\n<tr></tr>\n</table>\n"

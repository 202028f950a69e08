"""`app.http.conditional`: every form of the conditions, on the wire and in the document."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated

import pytest
from fastapi import Depends, Response
from fastapi.testclient import TestClient

from app.http.application import Application
from app.http.conditional import (
    EntityTag,
    LastModified,
    RequestConditions,
    answer_if_changed,
    documented_unchanged,
    entity_tag,
    request_conditions,
)

weak = EntityTag(weak=True)
strong = EntityTag(weak=False)
last_modified = LastModified()
MODIFIED = datetime(2026, 11, 1, 12, 0, 0, 999_999, tzinfo=UTC)
DATE = "Sun, 01 Nov 2026 12:00:00 GMT"
app = Application()
answered: list[str] = []


async def set_both(response: Response) -> None:
    """Set both validators, and what a 304 keeps and drops."""
    weak.apply(response, "1")
    last_modified.apply(response, MODIFIED)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Language"] = "en"
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")


@app.get("/both", dependencies=[Depends(set_both), Depends(answer_if_changed)])
async def both() -> str:
    """Answer, unless a dependency did."""
    answered.append("both")
    return "body"


@app.get("/tag")
async def tag(
    response: Response, conditions: Annotated[RequestConditions, Depends(request_conditions)]
) -> str:
    """Answer with a tag only, unless the client has it."""
    strong.apply(response, "1,2")
    conditions.end_if_unchanged(response)
    return "body"


@app.get("/date")
async def date(conditions: Annotated[RequestConditions, Depends(request_conditions)]) -> Response:
    """Answer with a date only, unless the client has it."""
    response = Response("body", media_type="text/plain")
    last_modified.apply(response, MODIFIED.astimezone(timezone(timedelta(hours=5))))
    conditions.end_if_unchanged(response)
    return response


@app.get("/neither", dependencies=[Depends(answer_if_changed)])
async def neither() -> str:
    """Answer without validators."""
    return "body"


client = TestClient(app)


def test_validators_are_sent() -> None:
    """In their own formats; a weak tag says so."""
    response = client.get("/both")
    assert response.status_code == 200
    assert response.headers["etag"] == 'W/"1"'
    assert response.headers["last-modified"] == "Sun, 01 Nov 2026 12:00:00 GMT"
    assert client.get("/tag").headers["etag"] == '"1,2"'
    assert client.get("/date").headers["last-modified"] == "Sun, 01 Nov 2026 12:00:00 GMT"


def test_answer_without_change() -> None:
    """Nothing of the content, everything else, and the endpoint does not run."""
    answered.clear()
    response = client.get("/both", headers={"If-None-Match": 'W/"1"'})
    assert (response.status_code, response.content, answered) == (304, b"", [])
    assert response.headers.multi_items() == [
        ("etag", 'W/"1"'),
        ("last-modified", "Sun, 01 Nov 2026 12:00:00 GMT"),
        ("cache-control", "private, no-cache"),
        ("set-cookie", "a=1; Path=/; SameSite=lax"),
        ("set-cookie", "b=2; Path=/; SameSite=lax"),
    ]


@pytest.mark.parametrize(
    "field", ['W/"1"', '"1"', '"x", W/"1"', 'W/"x","1"', "*", " * ", '"a,b" , "1"', '"", "1"']
)
def test_known_tag(field: str) -> None:
    """The tag, with or without W/, alone or in a list; `*` is any."""
    assert client.get("/both", headers={"If-None-Match": field}).status_code == 304


@pytest.mark.parametrize("field", ['"2"', "1", 'W/"2", "3"', '"*"', '"11"', '"x" 1', "", '""'])
def test_other_tag(field: str) -> None:
    """A tag has its quotes."""
    response = client.get("/both", headers={"If-None-Match": field, "If-Modified-Since": DATE})
    assert (response.status_code, response.text) == (200, '"body"')


def test_tag_lines_are_one_list() -> None:
    """A proxy may split the header; commas may stand inside a tag."""
    lines = [("If-None-Match", '"x"'), ("If-None-Match", '"1,2"')]
    assert client.get("/tag", headers=lines).status_code == 304
    assert client.get("/tag", headers={"If-None-Match": '"1", "2"'}).status_code == 200


@pytest.mark.parametrize("path", ["/both", "/date"])
@pytest.mark.parametrize(
    "date",
    [
        "Sun, 01 Nov 2026 12:00:00 GMT",
        "Sun, 01 Nov 2026 12:00:01 GMT",
        "Sunday, 01-Nov-26 12:00:00 GMT",
        "Sun Nov  1 12:00:00 2026",
    ],
)
def test_known_date(path: str, date: str) -> None:
    """That date or a later one, in each form that RFC 9110 allows."""
    response = client.get(path, headers={"If-Modified-Since": date})
    assert (response.status_code, response.content) == (304, b"")
    assert "content-type" not in response.headers
    assert response.headers["last-modified"] == "Sun, 01 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    "date", ["Sun, 01 Nov 2026 11:59:59 GMT", "garbage", "", "2026-11-01T12:00:00Z", "0"]
)
def test_other_date(date: str) -> None:
    """An earlier one; what is no date does not count, and is no error."""
    assert client.get("/date", headers={"If-Modified-Since": date}).status_code == 200


@pytest.mark.parametrize("path", ["/tag", "/neither"])
def test_date_needs_a_date(path: str) -> None:
    """An answer without one may have changed."""
    assert client.get(path, headers={"If-Modified-Since": DATE}).status_code == 200


def test_tag_needs_a_tag() -> None:
    """Not so `*`: it asks whether there is an answer at all."""
    assert client.get("/date", headers={"If-None-Match": '"1"'}).status_code == 200
    assert client.get("/date", headers={"If-None-Match": "*"}).status_code == 304


def test_conditions_are_documented() -> None:
    """As header parameters."""
    for path in ("/both", "/tag"):
        parameters = app.openapi()["paths"][path]["get"]["parameters"]
        found = [(one["in"], one["name"], one["required"]) for one in parameters]
        assert found == [("header", "if-none-match", False), ("header", "if-modified-since", False)]


@pytest.mark.parametrize("version", ["", "a b", 'a"b', "é", "a\n"])
def test_unsafe_version_is_refused(version: str) -> None:
    """It would end the tag, or the header."""
    with pytest.raises(ValueError, match=r"is not a version of printable ASCII without spaces$"):
        entity_tag(version)


def test_entity_tag_is_quoted() -> None:
    """Strong unless it is to be weak."""
    assert entity_tag("!#~") == '"!#~"'
    assert entity_tag("1", weak=True) == 'W/"1"'


def test_time_without_zone_is_refused() -> None:
    """It would be sent as another moment."""
    with pytest.raises(ValueError, match=r"^the time of the last change needs a time zone$"):
        last_modified.apply(Response(), MODIFIED.replace(tzinfo=None))


def test_headers_are_described() -> None:
    """The 304 has them too."""
    tag = {
        "description": "Changes with the answer; for conditional requests.",
        "required": True,
        "schema": {"type": "string"},
    }
    date = {
        "description": "When the answer last changed; for conditional requests.",
        "required": True,
        "schema": {"type": "string"},
    }
    assert weak.openapi_headers() == {"ETag": tag}
    assert last_modified.openapi_headers() == {"Last-Modified": date}
    assert documented_unchanged(weak, last_modified) == {
        304: {
            "description": "Nothing has changed",
            "headers": {"ETag": tag, "Last-Modified": date},
        }
    }

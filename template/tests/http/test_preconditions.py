"""`app.http.preconditions`: who may write, on the wire and in the document."""

from typing import Annotated

import pytest
from fastapi import Depends
from fastapi.testclient import TestClient

from app.http.application import Application
from app.http.preconditions import PRECONDITIONS, Precondition, if_match

app = Application()
written: list[str] = []


@app.put("/item", responses=PRECONDITIONS)
async def put_item(expected: Annotated[Precondition, Depends(if_match)]) -> None:
    """Write when the client knows version 2."""
    expected.require("2")
    written.append("2")


client = TestClient(app)


@pytest.mark.parametrize("field", ['"2"', '"1", "2"', '"1","2" , "3"', "*", " * "])
def test_known_version_may_be_replaced(field: str) -> None:
    """One of a list is enough; `*` is any."""
    assert client.put("/item", headers={"If-Match": field}).status_code == 200


def test_lines_are_one_list() -> None:
    """A proxy may split the header."""
    lines = [("If-Match", '"1"'), ("If-Match", '"2"')]
    assert client.put("/item", headers=lines).status_code == 200


@pytest.mark.parametrize("field", ['"1"', 'W/"2"', "2", '"*"', '"22"', '"1", W/"2"', ""])
def test_other_version_is_kept(field: str) -> None:
    """Weak tags never match, and nothing is written."""
    written.clear()
    response = client.put("/item", headers={"If-Match": field})
    assert (response.status_code, written) == (412, [])
    assert response.headers["etag"] == '"2"'
    assert response.json() == {"detail": "It has changed since you read it"}


def test_unknown_version_is_asked_for() -> None:
    """A client that does not say what it knows would write blindly."""
    response = client.put("/item")
    assert response.status_code == 428
    assert response.json() == {"detail": "Send the ETag that you have read as If-Match"}


def test_refusals_are_documented() -> None:
    """Both statuses, and the header that the request needs."""
    operation = app.openapi()["paths"]["/item"]["put"]
    (parameter,) = operation["parameters"]
    assert (parameter["in"], parameter["name"]) == ("header", "if-match")
    assert parameter["required"] is True
    responses = operation["responses"]
    assert responses["412"]["description"] == "It has changed"
    assert responses["412"]["headers"] == {
        "ETag": {
            "description": "The tag it has now.",
            "required": True,
            "schema": {"type": "string"},
        }
    }
    assert responses["428"]["description"] == "If-Match is missing"
    assert {*responses["412"]["content"], *responses["428"]["content"]} == {"application/json"}

"""`app.http.merge_patch`: null removes, what is absent stays, inside of objects too."""

from typing import Annotated, Any

import pytest
from fastapi import Body, Depends
from fastapi.testclient import TestClient
from pydantic import BaseModel, Field

from app.http.application import Application
from app.http.merge_patch import MERGE_PATCH, MergePatch, merge_patch_only, merged


class Person(BaseModel):
    """A model inside of another, and of itself."""

    name: str
    email: Annotated[str | None, Field(alias="eMail")] = None
    boss: "Person | None" = None


class Item(BaseModel):
    """What is stored."""

    title: Annotated[str, Field(max_length=9)]
    price: Annotated[float | None, Field(alias="unitPrice")] = None
    tags: list[str] = ["new"]
    owner: Person
    labels: dict[int, int] = {}
    secret: Annotated[str, Field(exclude=True)] = "none"


STORED = Item.model_validate(
    {
        "title": "old",
        "unitPrice": 1,
        "tags": ["a"],
        "owner": {"name": "A", "eMail": "e"},
        "labels": {1: 1},
        "secret": "s",
    }
)
SENT = STORED.model_dump(mode="json", by_alias=True)
app = Application()


@app.patch("/", dependencies=[Depends(merge_patch_only)], responses=merge_patch_only.refusal())
async def change(body: Annotated[MergePatch[Item], Body(media_type=MERGE_PATCH)]) -> Item:
    """Change the one that there is."""
    changed = body.applied_to(STORED)
    assert changed.secret == "s"
    return changed


client = TestClient(app, headers={"content-type": MERGE_PATCH})


@pytest.mark.parametrize(
    ("patch", "changed"),
    [
        ({}, {}),
        ({"title": "new", "no_field": 1}, {"title": "new"}),
        ({"unitPrice": None, "tags": None}, {"unitPrice": None, "tags": ["new"]}),
        ({"tags": ["b", "c"]}, {"tags": ["b", "c"]}),
        (
            {"owner": {"eMail": None, "boss": {"name": "B", "eMail": None}}},
            {
                "owner": {
                    "name": "A",
                    "eMail": None,
                    "boss": {"name": "B", "eMail": None, "boss": None},
                }
            },
        ),
        ({"labels": {"1": None, "2": 2}}, {"labels": {"2": 2}}),
    ],
)
def test_what_is_sent_changes(patch: dict[str, Any], changed: dict[str, Any]) -> None:
    """And nothing else, a field that never leaves the server included."""
    response = client.patch("/", json=patch)
    assert (response.status_code, response.json()) == (200, {**SENT, **changed})


@pytest.mark.parametrize(
    ("patch", "place"),
    [
        ({"title": None}, ["body", "title"]),
        ({"title": "0123456789"}, ["body", "title"]),
        ({"owner": {"name": None}}, ["body", "owner", "name"]),
        ({"labels": {"1": "many"}}, ["body", "labels", "1"]),
        ([], ["body"]),
    ],
)
def test_what_would_not_be_valid(patch: Any, place: list[str]) -> None:
    """The client learns where."""
    response = client.patch("/", json=patch)
    assert response.status_code == 422
    assert [one["loc"] for one in response.json()["detail"]] == [place]


def test_other_formats_are_refused() -> None:
    """A JSON document is no patch."""
    response = client.patch("/", json={}, headers={"content-type": "application/json"})
    assert response.status_code == 415
    assert response.headers["accept-patch"] == MERGE_PATCH
    refused = app.openapi()["paths"]["/"]["patch"]["responses"]["415"]
    assert refused["description"] == "The body is not application/merge-patch+json"


def test_document() -> None:
    """Every field may be left out; null stands for those that may be missing."""
    content = app.openapi()["paths"]["/"]["patch"]["requestBody"]["content"]
    assert list(content) == [MERGE_PATCH]
    schema = content[MERGE_PATCH]["schema"]
    null = {"type": "null"}
    assert "required" not in schema
    assert schema["properties"]["title"]["maxLength"] == 9
    tags = {"type": "array", "items": {"type": "string"}, "title": "Tags"}
    assert schema["properties"]["tags"] == {"anyOf": [tags, null]}
    owner = schema["properties"]["owner"]
    assert {key: owner[key] for key in ("type", "title", "description")} == {
        "type": "object",
        "title": "PersonPatch",
        "description": "A model inside of another, and of itself.",
    }
    assert owner["properties"]["name"] == {"type": "string", "title": "Name"}
    assert owner["properties"]["boss"]["anyOf"] == [{"type": "object"}, null]
    labels = {
        "type": "object",
        "title": "Labels",
        "additionalProperties": {"anyOf": [{"type": "integer"}, null]},
    }
    assert schema["properties"]["labels"] == {"anyOf": [labels, null]}


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_rules_of_the_standard(target: Any, patch: Any, result: Any) -> None:
    """Cases that RFC 7396 lists in its appendix A."""
    assert merged(target, patch) == result

"""`app.http.media_types`: which bodies are taken, and what is said to the others."""

import asyncio
from collections.abc import Iterator

import pytest
from fastapi import Depends, FastAPI, Request
from fastapi.testclient import TestClient
from pydantic import BaseModel

from app.http.media_types import JSONOnly, MediaTypeOnly

json_only = JSONOnly("Accept-Post")
app = FastAPI()


class Note(BaseModel):
    """What is sent."""

    text: str


@app.post("/", dependencies=[Depends(json_only)], responses=json_only.refusal())
async def take(note: Note) -> str:
    """Take a note."""
    return note.text


@pytest.mark.parametrize(
    "media_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON ;charset=utf-8",
        "application/problem+json",
        "application/vnd.example.v1+json",
    ],
)
def test_json_is_taken(media_type: str) -> None:
    """By name, whatever its case and parameters."""
    headers = {"content-type": media_type}
    response = TestClient(app).post("/", content=b'{"text": "a"}', headers=headers)
    assert (response.status_code, response.json()) == (200, "a")


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "text/json", "application/jsonp", "application/+json", "json", "", "a, b"],
)
def test_others_are_refused(media_type: str) -> None:
    """With the header that says what is taken, also where the body would be valid JSON."""
    headers = {"content-type": media_type}
    response = TestClient(app).post("/", content=b'{"text": "a"}', headers=headers)
    assert (response.status_code, response.json()) == (415, {"detail": "Send application/json"})
    assert response.headers["accept-post"] == "application/json"


@pytest.mark.parametrize(
    ("content_type", "is_taken"),
    [
        ("text/csv", True),
        ("Text/CSV ; header=present", True),
        ("text/csvs", False),
        ("application/json", False),
    ],
)
def test_another_type_is_taken_by_its_name(content_type: str, is_taken: bool) -> None:
    """Its parameters do not matter."""
    assert MediaTypeOnly("Accept-Post", "text/csv").takes(content_type) is is_taken


def test_body_in_chunks_without_a_type() -> None:
    """A body whose length is unknown is one too."""

    def chunks() -> Iterator[bytes]:
        yield b'{"text": "a"}'

    assert TestClient(app).post("/", content=chunks()).status_code == 415


def test_request_without_body() -> None:
    """What is missing has no format: the fields are asked for."""
    assert TestClient(app).post("/").status_code == 422


def test_request_without_length() -> None:
    """What says nothing of a body has none."""
    asyncio.run(json_only(Request({"type": "http", "headers": []})))


def test_variants_can_be_refused() -> None:
    """Where a patch in JSON is something else than the resource in JSON."""
    strict = JSONOnly("Accept-Patch", variants=False)
    assert strict.takes("application/json;charset=utf-8")
    assert not strict.takes("application/merge-patch+json")


def test_refusal_is_documented() -> None:
    """With the header."""
    described = app.openapi()["paths"]["/"]["post"]["responses"]["415"]
    assert described["headers"]["Accept-Post"]["required"] is True
    assert "application/json" in described["content"]

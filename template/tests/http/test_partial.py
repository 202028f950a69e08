"""What a request leaves out stays as it is."""

from typing import Annotated

import pytest
from pydantic import BaseModel, Field, ValidationError

from app.http.partial import left_out, with_changes


class Stored(BaseModel):
    """What there is."""

    title: str
    size: int | None = None


class Changes(BaseModel):
    """What may change."""

    title: Annotated[str, Field(min_length=1)] = left_out()
    size: int | None = left_out()


def test_what_is_sent_changes() -> None:
    """Null is a value like others, and nothing else moves."""
    stored = Stored(title="old", size=1)
    assert with_changes(stored, Changes(title="new")) == Stored(title="new", size=1)
    assert with_changes(stored, Changes(size=None)) == Stored(title="old", size=None)
    assert with_changes(stored, Changes()) == stored == Stored(title="old", size=1)


def test_what_is_sent_is_validated() -> None:
    """A field that may be left out may not be anything."""
    for wrong in ({"title": ""}, {"title": None}, {"size": "large"}):
        with pytest.raises(ValidationError):
            Changes.model_validate(wrong)


def test_no_default_is_documented() -> None:
    """Clients would take it for what is stored when a field is left out."""
    schema = Changes.model_json_schema()
    assert "required" not in schema
    assert all("default" not in field for field in schema["properties"].values())

"""Requests that change a part: what they leave out stays as it is (PATCH, RFC 5789)."""

from typing import Any, TypeVar

from pydantic import BaseModel, Field

Stored = TypeVar("Stored", bound=BaseModel)


def left_out() -> Any:
    """Return the default of a field that may be left out, and of which the document names none."""
    return Field(default=None, json_schema_extra=_without_default)


def with_changes(stored: Stored, changes: BaseModel) -> Stored:
    """Return a copy of `stored` with the fields that the request has sent."""
    sent = {name: getattr(changes, name) for name in changes.model_fields_set}
    return stored.model_copy(update=sent)


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)

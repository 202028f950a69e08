"""The OpenAPI document as a whole; each answer is compared with it by the fixture `client`."""

from typing import Any

from openapi_spec_validator import validate


def test_document_is_valid(document: dict[str, Any]) -> None:
    """Generators and documentation tools can read it; an operation id that stands twice warns."""
    validate(document)

"""The OpenAPI document as a whole; each answer is compared with it by the fixture `client`."""

from typing import Any

from openapi_spec_validator import validate


def test_document_is_valid(document: dict[str, Any]) -> None:
    """Generators and documentation tools can read it."""
    validate(document)


def test_operation_ids_are_unique(document: dict[str, Any]) -> None:
    """Generated clients name their functions after them."""
    ids = [
        operation["operationId"]
        for operations in document["paths"].values()
        for operation in operations.values()
    ]
    assert sorted(ids) == sorted(set(ids))

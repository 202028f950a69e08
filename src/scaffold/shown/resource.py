"""The page of `scaffold explain` for a resource: its tables, and what its endpoints ask them."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING

from scaffold.explain.resource import Column, ExplainedResource, Operation
from scaffold.shown.explanation import item

if TYPE_CHECKING:
    from scaffold.shown import results


def resource_page(found: ExplainedResource) -> str:
    """Return what a resource becomes, as text."""
    tables = [
        f"  {table.name}\n" + "\n".join(map(_column, table.columns)) for table in found.tables
    ]
    endpoints = [line for operation in found.operations for line in _operation(operation)]
    blocks = [
        f"{found.name}, rows of {found.model}",
        "\n".join(["Tables", *tables]),
        "\n".join(["Endpoints", *endpoints]),
    ]
    return "\n\n".join(blocks)


def resource_data(found: ExplainedResource) -> "results.ExplainedResource":
    """Return what a resource becomes, as data."""
    return {
        "name": found.name,
        "model": found.model,
        "tables": [
            {
                "name": table.name,
                "columns": [
                    {"name": column.name, "type": column.kind, "remarks": column.remarks}
                    for column in table.columns
                ],
            }
            for table in found.tables
        ],
        "endpoints": [
            {
                "name": operation.endpoint.name,
                "method": operation.endpoint.method,
                "path": operation.endpoint.path,
                "status": operation.status,
                "others": operation.others,
                "statements": operation.statements,
            }
            for operation in found.operations
        ],
    }


def _column(column: Column) -> str:
    return item(" ".join([column.name, column.kind, *_behind(column.remarks)]), "    ")


def _behind(remarks: list[str]) -> Iterator[str]:
    if remarks:
        yield f"({', '.join(remarks)})"


def _operation(operation: Operation) -> Iterator[str]:
    endpoint = operation.endpoint
    yield f"  {endpoint.method} {endpoint.path} as {endpoint.name}"
    usual = f"{operation.status} {HTTPStatus(operation.status).phrase}"
    others = ", ".join(map(str, operation.others))
    yield item(f"answers {usual}, or {others}", "    ")
    yield item(f"asks {operation.statements}", "    ")

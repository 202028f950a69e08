"""CSV that spreadsheets cannot be tricked with, whole or in batches (RFC 4180)."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from fastapi import Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from pydantic_core import to_json, to_jsonable_python

Row = Sequence[object] | BaseModel

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BATCH_SIZE = 64 * 1024


class CSVResponse(Response):
    """A whole CSV document."""

    media_type = "text/csv"


class CSVStreamingResponse(StreamingResponse):
    """A CSV document that leaves in chunks."""

    media_type = "text/csv"


def csv_text(rows: Iterable[Row], *, model: type[BaseModel] | None = None) -> str:
    """Return all rows as one CSV document; see `csv_batches` for tables of any size."""
    return "".join(csv_batches(rows, model=model))


def csv_batches(
    rows: Iterable[Row], size: int = BATCH_SIZE, *, model: type[BaseModel] | None = None
) -> Iterator[str]:
    """Yield the rows as CSV in chunks of about `size` characters.

    With a `model`, whose fields make the header row, the rows are such models. One chunk for each
    row would cost a thread switch for each row.
    """
    buffer = io.StringIO()
    write_row = csv.writer(buffer).writerow
    columns = columns_of(model) if model else []
    if columns:
        write_row(columns)
    for row in rows:
        cells = cells_of(row, columns) if isinstance(row, BaseModel) else row
        write_row([safe_cell(cell) for cell in cells])
        if buffer.tell() >= size:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    if buffer.tell():
        yield buffer.getvalue()


def columns_of(model: type[BaseModel]) -> list[str]:
    """Return the names of the fields that a model is sent with."""
    fields = [name for name, field in model.model_fields.items() if not field.exclude]
    return [*fields, *model.model_computed_fields]


def cells_of(item: BaseModel, columns: Iterable[str]) -> list[object]:
    """Return the cells of some fields: numbers as they are, other values as the text of JSON.

    So times are as in ISO 8601, and booleans are `true` and `false`. Null is an empty cell.
    """
    values = item.model_dump()
    return [_cell(values.get(name)) for name in columns]


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return value
    plain = to_jsonable_python(value)
    return plain if isinstance(plain, str) else to_json(plain).decode()


def safe_cell(cell: object) -> object:
    """Return text that a spreadsheet would run as a formula with a quote before it (CWE-1236)."""
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return f"'{cell}"
    return cell

"""CSV that spreadsheets cannot be tricked with, whole or in batches (RFC 4180)."""

import csv
import io
import re
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cache

from fastapi import Response
from pydantic import BaseModel
from pydantic_core import to_json, to_jsonable_python

from app.http.closed_streams import StreamingResponse

Row = Sequence[object] | BaseModel

NUMBERS = (int, float, Decimal)
BATCH_SIZE = 64 * 1024
BYTE_ORDER_MARK = "\ufeff"
SEPARATORS = ",;|\t\r\n"
"""At which a spreadsheet may begin a new cell, whatever the delimiter is."""

# What spreadsheets leave out before a formula: space of any kind, controls and signs without width.
SKIPPED = r"(?:[^\S\t\r\n]|[\x00-\x08\x0e-\x1f\x7f\u200b-\u200f\u2060\ufeff])*"
FORMULA = f"{SKIPPED}[-=+@＝＋－＠]"
FORMULA_START = re.compile(f"[\t\r\n]|{FORMULA}")
# Most texts have none of these, and need no closer look.
SUSPICIOUS = re.compile("[-=+@＝＋－＠\t\r\n]")


class CSVResponse(Response):
    """A whole CSV document."""

    media_type = "text/csv"


class CSVStreamingResponse(StreamingResponse):
    """A CSV document that leaves in chunks."""

    media_type = "text/csv"


def csv_text(
    rows: Iterable[Row],
    *,
    model: type[BaseModel] | None = None,
    delimiter: str = ",",
    byte_order_mark: bool = False,
) -> str:
    """Return all rows as one CSV document; see `csv_batches` for tables of any size."""
    batches = csv_batches(rows, model=model, delimiter=delimiter, byte_order_mark=byte_order_mark)
    return "".join(batches)


def csv_batches(
    rows: Iterable[Row],
    size: int = BATCH_SIZE,
    *,
    model: type[BaseModel] | None = None,
    delimiter: str = ",",
    byte_order_mark: bool = False,
) -> Iterator[str]:
    """Yield the rows as CSV in chunks of about `size` characters.

    With a `model`, whose fields make the header row, the rows are such models. Excel needs the
    `delimiter` of its user's country, such as `;`, and a byte order mark to read UTF-8; programs
    that do not expect the mark find it in the name of the first column. One chunk for each row
    would cost a thread switch for each row.
    """
    batch = _Batch(size, model, delimiter, byte_order_mark)
    for row in rows:
        if text := batch.with_row(row):
            yield text
    if text := batch.rest():
        yield text


async def csv_batches_async(
    rows: AsyncIterable[Row],
    size: int = BATCH_SIZE,
    *,
    model: type[BaseModel] | None = None,
    delimiter: str = ",",
    byte_order_mark: bool = False,
) -> AsyncIterator[str]:
    """Yield what `csv_batches` does, of rows that come from a driver for asyncio."""
    batch = _Batch(size, model, delimiter, byte_order_mark)
    async for row in rows:
        if text := batch.with_row(row):
            yield text
    if text := batch.rest():
        yield text


class _Batch:
    """Rows as CSV that have not left yet."""

    def __init__(
        self, size: int, model: type[BaseModel] | None, delimiter: str, byte_order_mark: bool
    ) -> None:
        self._size, self._delimiter = size, delimiter
        self._buffer = io.StringIO()
        self._buffer.write(BYTE_ORDER_MARK if byte_order_mark else "")
        self._write = csv.writer(self._buffer, delimiter=delimiter).writerow
        self._columns = columns_of(model) if model else []
        if self._columns:
            self._write(self._columns)

    def with_row(self, row: Row) -> str:
        """Add a row; return all that waits if it is enough to leave, else nothing."""
        cells = cells_of(row, self._columns) if isinstance(row, BaseModel) else row
        self._write([safe_cell(cell, self._delimiter) for cell in cells])
        return self.rest() if self._buffer.tell() >= self._size else ""

    def rest(self) -> str:
        """Return all that waits, of which nothing is left then."""
        text = self._buffer.getvalue()
        self._buffer.seek(0)
        self._buffer.truncate()
        return text


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
    if type(value) is str:
        return value
    if value is None:
        return ""
    if isinstance(value, NUMBERS) and not isinstance(value, bool):
        return value
    plain = to_jsonable_python(value)
    return plain if isinstance(plain, str) else to_json(plain).decode()


def safe_cell(cell: object, delimiter: str = ",") -> object:
    """Return text that a spreadsheet would run as a formula with a quote before it (CWE-1236).

    Spreadsheets take the delimiter of their user's country, and not that of the file: so there is a
    quote, too, before what would be a formula if any other sign than the `delimiter` began a cell.
    """
    if not isinstance(cell, str) and (cell is None or isinstance(cell, NUMBERS)):
        return cell
    text = str(cell)
    if SUSPICIOUS.search(text) is None:
        return cell
    safe = _formula_within(delimiter).sub(r"\g<0>'", text)
    if FORMULA_START.match(text):
        return f"'{safe}"
    return cell if safe == text else safe


@cache
def _formula_within(delimiter: str) -> re.Pattern[str]:
    others = SEPARATORS.replace(delimiter, "")
    return re.compile(f"[{others}](?={FORMULA})")

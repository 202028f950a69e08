"""CSV that spreadsheets cannot be tricked with, whole or in batches (RFC 4180)."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from fastapi import Response
from fastapi.responses import StreamingResponse

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BATCH_SIZE = 64 * 1024


class CSVResponse(Response):
    """A whole CSV document."""

    media_type = "text/csv"


class CSVStreamingResponse(StreamingResponse):
    """A CSV document that leaves in chunks."""

    media_type = "text/csv"


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Return all rows as one CSV document; see `csv_batches` for tables of any size."""
    return "".join(csv_batches(rows))


def csv_batches(rows: Iterable[Sequence[object]], size: int = BATCH_SIZE) -> Iterator[str]:
    """Yield the rows as CSV in chunks of about `size` characters.

    One chunk for each row would cost a thread switch for each row.
    """
    buffer = io.StringIO()
    write_row = csv.writer(buffer).writerow
    for row in rows:
        write_row([safe_cell(cell) for cell in row])
        if buffer.tell() >= size:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    if buffer.tell():
        yield buffer.getvalue()


def safe_cell(cell: object) -> object:
    """Return text that a spreadsheet would run as a formula with a quote before it (CWE-1236)."""
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return f"'{cell}"
    return cell

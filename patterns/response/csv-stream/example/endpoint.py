"""GET /csv-stream: CSV, streamed."""

from collections.abc import Iterable, Iterator, Sequence

from fastapi import APIRouter, Depends

from app.http.csv_rows import CSVStreamingResponse, csv_batches
from app.http.downloads import Download
from app.http.openapi import documented

router = APIRouter()

download = Download("export.csv")


def rows() -> Iterator[Sequence[object]]:
    """Yield the header row and then the records; replace with a query that reads in batches.

    Open a session for each batch: a client that reads slowly would hold the one of a dependency.
    """
    yield ("id", "title")
    # A cell that a spreadsheet would run as a formula arrives as text.
    yield ("=1+1", "example")


@router.get(
    "/csv-stream",
    response_class=CSVStreamingResponse,
    dependencies=[Depends(download)],
    responses=documented(200, download),
)
def get_csv_stream() -> Iterable[str]:
    """Stream the table as CSV."""
    yield from csv_batches(rows())

"""GET /csv: CSV, in one piece."""

from collections.abc import Iterator, Sequence

from fastapi import APIRouter, Response

from app.http.csv_rows import CSVResponse, csv_text
from app.http.downloads import Download
from app.http.openapi import documented

router = APIRouter()

download = Download("export.csv")


def rows() -> Iterator[Sequence[object]]:
    """Yield the header row and then the records; replace with a query of your own."""
    yield ("id", "title")
    # A cell that a spreadsheet would run as a formula arrives as text.
    yield ("=1+1", "example")


@router.get("/csv", response_class=CSVResponse, responses=documented(200, download))
def get_csv(response: Response) -> str:
    """Answer with the table as CSV."""
    download.apply(response)
    return csv_text(rows())

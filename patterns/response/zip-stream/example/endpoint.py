"""GET /zip-stream: A ZIP archive, streamed."""

from collections.abc import Iterable, Iterator

from fastapi import APIRouter, Depends

from app.http.downloads import Download
from app.http.openapi import documented
from app.http.zip_files import ZipStreamingResponse, zip_chunks

router = APIRouter()

download = Download("export.zip")


def archive_members() -> Iterator[tuple[str, Iterable[bytes]]]:
    """Yield each file's name and content; replace with your own, which may be of any size.

    Open a session for each file: a client that reads slowly would hold the one of a dependency.
    """
    yield "readme.txt", [b"An example.\n"]
    yield "data/numbers.txt", (b"%d\n" % number for number in range(1_000))


@router.get(
    "/zip-stream",
    response_class=ZipStreamingResponse,
    dependencies=[Depends(download)],
    responses=documented(200, download, media_type="application/zip"),
)
def get_zip_stream() -> Iterable[bytes]:
    """Stream the archive."""
    yield from zip_chunks(archive_members(), compressed=True)

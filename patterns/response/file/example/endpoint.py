"""GET /file: A file from disk."""

from fastapi import APIRouter

from app.http.downloads import Download
from app.http.files import documented_file, stored_file
from app.http.ranges import FileResponse

router = APIRouter()

download = Download("report.pdf", disposition="attachment")


@router.get(
    "/file",
    response_class=FileResponse,
    responses=documented_file(download, media_type="application/pdf"),
)
def get_file() -> FileResponse:
    """Answer with the stored file."""
    response = FileResponse(stored_file("report.pdf"), media_type="application/pdf")
    download.apply(response)
    return response

"""GET /file-temporary: A file made for one answer."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends

from app.http.downloads import Download
from app.http.ranges import FileResponse
from app.http.temporary_files import documented_temporary_file, temporary_folder

router = APIRouter()

download = Download("report.pdf", disposition="attachment")


def written(folder: Path) -> Path:
    """Make the file in this folder, which nobody else uses; replace with work of your own."""
    path = folder / "made"
    path.write_bytes(b"0123456789")
    return path


@router.get(
    "/file-temporary",
    response_class=FileResponse,
    responses=documented_temporary_file(download, media_type="application/pdf"),
)
def get_file_temporary(folder: Annotated[Path, Depends(temporary_folder)]) -> FileResponse:
    """Answer with a file that is made for this answer."""
    response = FileResponse(written(folder), media_type="application/pdf")
    download.apply(response)
    return response

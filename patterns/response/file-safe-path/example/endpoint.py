"""GET /file-safe-path/{file_path:path}: A file that the client names."""

from fastapi import APIRouter

from app.http.downloads import Attachment
from app.http.files import documented_file, stored_file
from app.http.ranges import FileResponse

router = APIRouter()

attachment = Attachment()


@router.get(
    "/file-safe-path/{file_path:path}",
    response_class=FileResponse,
    responses=documented_file(attachment, media_type="application/octet-stream"),
)
def get_file_safe_path_file_path(file_path: str) -> FileResponse:
    """Answer with the named file."""
    path = stored_file(file_path)
    headers = attachment.headers(path.name)
    return FileResponse(path, media_type="application/octet-stream", headers=headers)

"""GET /file-conditional: A file that clients keep."""

from typing import Annotated

from fastapi import APIRouter, Depends

from app.http.conditional import RequestConditions, request_conditions
from app.http.conditional_files import documented_conditional_file
from app.http.downloads import Download
from app.http.files import stored_file
from app.http.ranges import FileResponse

router = APIRouter()

download = Download("logo.png", disposition="inline")


@router.get(
    "/file-conditional",
    response_class=FileResponse,
    responses=documented_conditional_file(download, media_type="image/png"),
)
def get_file_conditional(
    conditions: Annotated[RequestConditions, Depends(request_conditions)],
) -> FileResponse:
    """Answer with the stored file, unless the client has it already."""
    path = stored_file("logo.png")
    # The validators are needed before the file is sent.
    response = FileResponse(path, stat_result=path.stat(), media_type="image/png")
    download.apply(response)
    conditions.end_if_unchanged(response)
    return response

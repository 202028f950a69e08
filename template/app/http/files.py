"""Files from disk, with byte ranges (RFC 9110, section 14)."""

import os
from pathlib import Path
from typing import Annotated, Any

from fastapi import HTTPException
from pydantic import AfterValidator

from app.http.openapi import Described, documented, documented_error, header
from app.http.setting_types import Directory
from app.settings import Settings


class FileSettings(Settings):
    """Where the files to send are; links on the way there are followed once, at the first use."""

    files_directory: Annotated[Directory, AfterValidator(Path.resolve)] = Path("files")


def stored_file(name: str) -> Path:
    """Return the path of a file in `APP_FILES_DIRECTORY`.

    Raises 404 while the file is missing, or when `name` points outside the directory.
    """
    directory = FileSettings.current().files_directory
    try:
        path = Path(os.path.realpath(directory / name))  # half the time of Path.resolve
        found = directory in path.parents and path.is_file()
    except (OSError, ValueError):  # a name that is too long, or holds a null byte
        found = False
    if not found:
        raise HTTPException(404, f"No such file: {name}")
    return path


class _FileHeaders:
    def openapi_headers(self) -> dict[str, Any]:
        return {
            "Accept-Ranges": header("Always `bytes`: parts of the file can be asked for."),
            "ETag": header("Changes with the file; for If-Range."),
            "Last-Modified": header("When the file was last changed."),
        }


FILE_HEADERS = _FileHeaders()
"""What `FileResponse` sends by itself, on a 304 in its place too."""


class _ContentRange:
    def __init__(self, *, required: bool = True) -> None:
        self.required = required

    def openapi_headers(self) -> dict[str, Any]:
        described = "Which bytes these are, and how many there are."
        return {"Content-Range": header(described, required=self.required)}


def documented_file(*described: Described, media_type: str) -> dict[int | str, dict[str, Any]]:
    """Return the `responses=` entries of an endpoint that answers with a stored file."""
    headers = (FILE_HEADERS, *described)
    several = "multipart/byteranges"
    partial = documented(206, *headers, _ContentRange(required=False), media_type=media_type)
    partial[206]["content"] |= documented(206, media_type=several)[206]["content"]
    return (
        documented(200, *headers, media_type=media_type, description="The whole file")
        | {206: {**partial[206], "description": "The parts that Range asks for"}}
        | documented_error(404, "The file is not there yet")
        | documented(412, media_type="text/plain", description="The file is another one by now")
        | documented(
            416, _ContentRange(), media_type="text/plain", description="Range is outside the file"
        )
    )

"""Files that are made for one answer, and removed after it."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi import Request

from app.http.files import documented_file
from app.http.openapi import Described


def temporary_folder(request: Request) -> Iterator[Path]:
    """Yield a folder that only this request uses, as a FastAPI dependency.

    It is removed after the answer has left, and also when the client leaves before, or sending
    fails: a background task of the response would be skipped then.
    """
    # A server that is sent a path (ASGI's Path Send) opens the file when it is removed already.
    extensions = request.scope.get("extensions") or {}
    request.scope["extensions"] = {
        name: one for name, one in extensions.items() if name != "http.response.pathsend"
    }
    with TemporaryDirectory() as folder:
        yield Path(folder)


def documented_temporary_file(
    *described: Described, media_type: str
) -> dict[int | str, dict[str, Any]]:
    """Return the `responses=` entries of an endpoint that makes its file, so that it is there."""
    entries = documented_file(*described, media_type=media_type)
    return {status: entry for status, entry in entries.items() if status != 404}

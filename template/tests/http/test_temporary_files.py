"""`app.http.temporary_files`: the folder is gone, however the answer ended."""

from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.testclient import TestClient

from app.http.ranges import FileResponse
from app.http.temporary_files import documented_temporary_file, temporary_folder
from tests.leaving import leave
from tests.wire import undocumented

app = FastAPI()
documents = documented_temporary_file(media_type="a/b")
made: list[Path] = []


@app.get("/file", response_class=FileResponse, responses=documents)
def file(folder: Annotated[Path, Depends(temporary_folder)]) -> FileResponse:
    """Send a file of many chunks."""
    path = folder / "made"
    path.write_bytes(bytes(1_000_000))
    made.append(path)
    return FileResponse(path, media_type="a/b")


@app.get("/failing")
def failing(folder: Annotated[Path, Depends(temporary_folder)]) -> None:
    """Make a file, and fail."""
    made.append(folder / "made")
    made[-1].write_bytes(b"0123456789")
    raise HTTPException(409)


client = TestClient(app)


@pytest.fixture(autouse=True)
def _folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Make temporary folders where nothing else is."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    made.clear()


def test_file_is_sent_and_removed(tmp_path: Path) -> None:
    """The whole of it."""
    response = client.get("/file")
    assert (response.status_code, response.content) == (200, bytes(1_000_000))
    assert made[0].is_relative_to(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_folder_is_removed_after_an_error(tmp_path: Path) -> None:
    """Of the endpoint."""
    assert client.get("/failing").status_code == 409
    assert len(made) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("specification", ["2.3", "2.4"])
def test_folder_is_removed_when_the_client_leaves(tmp_path: Path, specification: str) -> None:
    """In the middle of the file."""
    assert 0 < leave(app, "/file", specification) < 1_000_000
    assert len(made) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("asked", [None, "bytes=0-1", "bytes=9999999-", "lines=1-2"])
def test_every_answer_is_documented(asked: str | None) -> None:
    """Parts of the file too; a file that is made is never missing."""
    response = client.get("/file", headers={} if asked is None else {"Range": asked})
    assert undocumented(response, app.openapi()) == []
    assert list(documents) == [200, 206, 412, 416]


def test_file_is_read_before_it_is_removed() -> None:
    """Also where servers take the path of a file, and open it when they get to it."""

    async def server(scope: Any, receive: Any, send: Any) -> None:
        extensions: dict[str, Any] = {"http.response.pathsend": {}}
        await app({**scope, "extensions": extensions}, receive, send)

    assert TestClient(server).get("/file").content == bytes(1_000_000)


def test_other_extensions_stay() -> None:
    """What else the server has to tell, such as about its certificate."""
    extensions: dict[str, Any] = {"tls": {}, "http.response.pathsend": {}}
    request = Request({"type": "http", "extensions": extensions})
    assert len(list(temporary_folder(request))) == 1
    assert request.scope["extensions"] == {"tls": {}}

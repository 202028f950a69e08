"""`app.http.files`: whole files, ranges, missing files, and ways out of the directory."""

import os
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.http.files import documented_file, stored_file
from app.http.openapi import HeaderDescription
from app.http.ranges import FileResponse
from tests.wire import undocumented

app = FastAPI()
documents = documented_file(HeaderDescription("Extra", "Beside those of files."), media_type="a/b")


@app.get("/files/{name:path}", response_class=FileResponse, responses=documents)
def get_file(name: str) -> FileResponse:
    """Send any stored file."""
    return FileResponse(stored_file(name), media_type="a/b", headers={"Extra": "1"})


client = TestClient(app)


@pytest.fixture(autouse=True)
def _files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Store a file, and another one where nobody may read it."""
    (tmp_path / "stored" / "folder").mkdir(parents=True)
    (tmp_path / "stored" / "a.txt").write_bytes(b"0123456789")
    (tmp_path / "stored" / "folder" / "b.txt").write_bytes(b"b")
    (tmp_path / "stored-secret").mkdir()
    (tmp_path / "stored-secret" / "secret.txt").write_bytes(b"secret")
    (tmp_path / "secret.txt").write_bytes(b"secret")
    os.utime(tmp_path / "stored" / "a.txt", (0, 0))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("APP_FILES_DIRECTORY", "stored")


def test_whole_file_is_sent() -> None:
    """With what a later request for a part of it needs."""
    response = client.get("/files/a.txt")
    assert (response.status_code, response.content) == (200, b"0123456789")
    assert response.headers["content-type"] == "a/b"
    assert response.headers["content-length"] == "10"
    assert response.headers["accept-ranges"] == "bytes"
    assert response.headers["last-modified"] == "Thu, 01 Jan 1970 00:00:00 GMT"
    assert response.headers["etag"].startswith('"')


def test_file_in_a_folder_is_sent() -> None:
    """Folders are part of the name."""
    assert client.get("/files/folder/b.txt").content == b"b"


@pytest.mark.parametrize(
    ("asked", "content", "described"),
    [
        ("bytes=0-1", b"01", "bytes 0-1/10"),
        ("bytes=8-", b"89", "bytes 8-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
        ("bytes=8-99", b"89", "bytes 8-9/10"),
    ],
)
def test_range_is_sent(asked: str, content: bytes, described: str) -> None:
    """206, with the place of the part in the file."""
    response = client.get("/files/a.txt", headers={"Range": asked})
    assert (response.status_code, response.content) == (206, content)
    assert response.headers["content-range"] == described
    assert response.headers["content-length"] == str(len(content))


def test_several_ranges_are_sent_as_parts() -> None:
    """Each part says where it belongs, the answer as a whole doesn't."""
    response = client.get("/files/a.txt", headers={"Range": "bytes=0-1,8-9"})
    assert response.status_code == 206
    assert response.headers["content-type"].startswith("multipart/byteranges; boundary=")
    assert b"Content-Range: bytes 0-1/10\r\n\r\n01\r\n" in response.content
    assert b"Content-Range: bytes 8-9/10\r\n\r\n89\r\n" in response.content


def test_changed_file_is_sent_whole() -> None:
    """If-Range holds an old ETag, so the parts would not fit together."""
    headers = {"Range": "bytes=0-1", "If-Range": '"old"'}
    response = client.get("/files/a.txt", headers=headers)
    assert (response.status_code, response.content) == (200, b"0123456789")


def test_range_outside_the_file_is_refused() -> None:
    """416, with the length."""
    response = client.get("/files/a.txt", headers={"Range": "bytes=10-"})
    assert response.status_code == 416
    assert response.headers["content-range"] == "bytes */10"


@pytest.mark.parametrize(
    "name",
    [
        "missing.txt",
        "folder",
        "a.txt/b",
        "..%2Fsecret.txt",
        "folder%2F..%2F..%2Fsecret.txt",
        "..%2Fstored-secret%2Fsecret.txt",
        "%2Fetc%2Fpasswd",
        "..%5Csecret.txt",
        "a.txt%00",
        300 * "a",
    ],
)
def test_missing_or_foreign_file_is_not_found(name: str) -> None:
    """The directory, its neighbours, and names that no file can have."""
    response = client.get(f"/files/{name}")
    assert response.status_code == 404
    assert response.json()["detail"].startswith("No such file: ")


def test_missing_file_is_named() -> None:
    """As the client named it."""
    assert client.get("/files/b.txt").json() == {"detail": "No such file: b.txt"}


def test_link_out_of_the_directory_is_not_found(tmp_path: Path) -> None:
    """Where it leads to counts."""
    (tmp_path / "stored" / "link.txt").symlink_to(tmp_path / "secret.txt")
    assert client.get("/files/link.txt").status_code == 404


def test_directory_may_be_a_link(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is inside is inside the folder that it leads to."""
    (tmp_path / "link").symlink_to(tmp_path / "stored")
    monkeypatch.setenv("APP_FILES_DIRECTORY", "link")
    assert client.get("/files/a.txt").content == b"0123456789"


@pytest.mark.parametrize("directory", ["", None])
def test_directory_has_a_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, directory: str | None
) -> None:
    """`files`, also when the variable is empty; never the working directory."""
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "c.txt").write_bytes(b"c")
    monkeypatch.delenv("APP_FILES_DIRECTORY")
    if directory is not None:
        monkeypatch.setenv("APP_FILES_DIRECTORY", directory)
    assert client.get("/files/c.txt").content == b"c"
    assert client.get("/files/secret.txt").status_code == 404


@pytest.mark.parametrize("name", ["a.txt", "missing.txt"])
@pytest.mark.parametrize("asked", [None, "bytes=0-1", "bytes=0-1,8-9", "bytes=10-", "lines=1-2"])
def test_every_answer_is_documented(name: str, asked: str | None) -> None:
    """Status, headers and media type."""
    headers = {} if asked is None else {"Range": asked}
    for more in ({}, {"If-Match": '"other"'}):
        response = client.get(f"/files/{name}", headers=headers | more)
        assert undocumented(response, app.openapi()) == []


def test_promises_are_documented() -> None:
    """Which headers clients can rely on."""
    promised = {
        status: [name for name, header in entry.get("headers", {}).items() if header["required"]]
        for status, entry in documents.items()
    }
    assert promised == {
        200: ["Accept-Ranges", "ETag", "Last-Modified", "Extra"],
        206: ["Accept-Ranges", "ETag", "Last-Modified", "Extra"],
        404: [],
        412: [],
        416: ["Content-Range"],
    }
    assert {status: entry["description"] for status, entry in documents.items()} == {
        200: "The whole file",
        206: "The parts that Range asks for",
        404: "The file is not there yet",
        412: "The file is another one by now",
        416: "Range is outside the file",
    }

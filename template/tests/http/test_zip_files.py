"""`app.http.zip_files`: whole archives, names that cannot do harm, and bounded memory."""

import io
import struct
from collections.abc import Iterable, Iterator
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.http.zip_files import ZipStreamingResponse, safe_member, zip_chunks

app = FastAPI()


@app.get("/archive.zip", response_class=ZipStreamingResponse)
def archive() -> Iterable[bytes]:
    """Stream an archive."""
    yield from zip_chunks([("a.txt", [b"a"])])


def packed(*members: tuple[str, Iterable[bytes]], compressed: bool = True) -> ZipFile:
    """Return the archive of these files, opened."""
    content = b"".join(zip_chunks(members, compressed=compressed))
    return ZipFile(io.BytesIO(content))


def test_archive_is_sent(caplog: pytest.LogCaptureFixture) -> None:
    """As a ZIP archive, without a length, of which nobody is warned."""
    response = TestClient(app).get("/archive.zip")
    assert response.headers["content-type"] == "application/zip"
    assert "content-length" not in response.headers
    assert caplog.records == []
    assert ZipFile(io.BytesIO(response.content)).read("a.txt") == b"a"
    answer = app.openapi()["paths"]["/archive.zip"]["get"]["responses"]["200"]
    assert list(answer["content"]) == ["application/zip"]


def test_files_are_packed() -> None:
    """Whole and in order, empty ones too."""
    opened = packed(("b.txt", [b"1", b"2"]), ("folder/a.txt", iter([b"3"])), ("empty", []))
    assert opened.testzip() is None
    assert opened.namelist() == ["b.txt", "folder/a.txt", "empty"]
    assert [opened.read(name) for name in opened.namelist()] == [b"12", b"3", b""]


@pytest.mark.parametrize("compressed", [True, False])
def test_streams_are_read_as_they_arrive(
    caplog: pytest.LogCaptureFixture, compressed: bool
) -> None:
    """By readers that know no Zip64, unless it is asked for (APPNOTE, sections 4.3.9 and 4.5.3)."""
    files = [("a", iter([b"1" * 9])), ("b", iter([]))]
    archive = b"".join(zip_chunks(files, compressed=compressed))
    version, extra = struct.unpack_from("<4xH22xH", archive)
    assert (version, extra) == (20, 0)
    [first, second] = ZipFile(io.BytesIO(archive)).infolist()
    descriptor = struct.pack("<4sLLL", b"PK\7\x08", first.CRC, first.compress_size, 9)
    assert archive[: second.header_offset].endswith(descriptor)
    assert caplog.messages == []


def test_files_may_be_huge() -> None:
    """With Zip64; the sizes behind the file have room for that then."""
    archive = b"".join(zip_chunks([("a", [b"1"])], zip64=True))
    assert struct.unpack_from("<4xH22xH", archive) == (45, 20)
    assert ZipFile(io.BytesIO(archive)).read("a") == b"1"


def test_archive_without_files_is_empty() -> None:
    """And still an archive."""
    assert packed().namelist() == []


@pytest.mark.parametrize(("compressed", "kind"), [(True, ZIP_DEFLATED), (False, ZIP_STORED)])
def test_compression_can_be_chosen(compressed: bool, kind: int) -> None:
    """It is on unless it would not help."""
    [info] = packed(("a", [bytes(1_000)]), compressed=compressed).infolist()
    assert info.compress_type == kind
    [default] = ZipFile(io.BytesIO(b"".join(zip_chunks([("a", [b"a"])])))).infolist()
    assert default.compress_type == ZIP_DEFLATED


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a.txt", "a.txt"),
        ("folder/a.txt", "folder/a.txt"),
        ("../../etc/passwd", "etc/passwd"),
        ("/etc/passwd", "etc/passwd"),
        ("..\\..\\windows\\a.ini", "windows/a.ini"),
        ("C:\\a.txt", "C_/a.txt"),
        ("a/./b//c/.../d", "a/b/c/d"),
        ("a\x00b\nc\x7f", "a_b_c_"),
        ('<a>:"|?*', "_a______"),
        ("a. ", "a"),
        ("X.X", "X.X"),
        (".hidden", ".hidden"),
        ("résumé – 2026.txt", "résumé – 2026.txt"),
        ("folder/", "folder"),
        ("..", "file"),
        ("", "file"),
    ],
)
def test_names_stay_inside_the_folder(name: str, safe: str) -> None:
    """Whichever system unpacks them."""
    assert safe_member(name) == safe
    assert packed((name, [b"x"])).namelist() == [safe]


def test_names_are_unique() -> None:
    """Also where capital letters make no difference."""
    opened = packed(*((name, [b""]) for name in ["a.txt", "a.txt", "b/A.txt", "A.TXT", "b/a.txt"]))
    assert opened.namelist() == ["a.txt", "a (2).txt", "b/A.txt", "A (3).TXT", "b/a (2).txt"]


def test_files_are_read_in_turn() -> None:
    """The first chunk leaves before the second file is opened, in pieces of 64 KiB."""

    def members() -> Iterator[tuple[str, Iterable[bytes]]]:
        yield "a", (bytes(1_024) for _ in range(100))
        raise RuntimeError

    chunks = zip_chunks(members(), compressed=False)
    assert 65_536 <= len(next(chunks)) < 65_536 + 1_024
    with pytest.raises(RuntimeError):
        next(chunks)

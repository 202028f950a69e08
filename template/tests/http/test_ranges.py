"""`app.http.ranges`: parts of files, and files that are not the expected ones."""

import os
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from starlette.types import ASGIApp

from app.http.ranges import FileResponse, parts_of

CHANGED = "Sat, 31 Jan 2026 12:00:00 GMT"
BEFORE = "Fri, 30 Jan 2026 12:00:00 GMT"


@pytest.fixture
def file(tmp_path: Path) -> ASGIApp:
    """Return an application that answers with a file of ten bytes."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"0123456789")
    os.utime(path, (1_769_860_800, 1_769_860_800))
    return FileResponse(path)


@pytest.mark.parametrize(
    "asked",
    ["lines=1-2", "bytes", "bytes=", "bytes=,", "bytes=5-4", "bytes=a-b", "bytes=1-2, 5-4", "0-1"],
)
def test_range_that_cannot_be_read_is_none(file: ASGIApp, asked: str) -> None:
    """Units that are not known have to be ignored, and others may be (section 14.2)."""
    response = TestClient(file).get("/", headers={"Range": asked})
    assert (response.status_code, response.content) == (200, b"0123456789")
    assert "content-range" not in response.headers
    assert parts_of(asked, 10) == []


@pytest.mark.parametrize(
    ("asked", "parts"),
    [
        ("bytes=0-1", ["0-1"]),
        ("Bytes=0-1,", ["0-1"]),
        ("bytes=8-", ["8-9"]),
        ("bytes=9-9", ["9-9"]),
        ("bytes=-3", ["7-9"]),
        ("bytes=-30", ["0-9"]),
        ("bytes=0-99", ["0-9"]),
        ("bytes=0-1, 999-1000", ["0-1"]),
        (f"bytes=0-1,{'9' * 5000}-", ["0-1"]),
        (f"bytes=-{'9' * 5000}", ["0-9"]),
        ("bytes=-0,8-9", ["8-9"]),
        ("bytes=0-0,-1", ["0-0", "9-9"]),
        ("bytes=10-", ["10-"]),
        ("bytes=-0", ["10-"]),
        ("bytes=20-30,40-", ["10-"]),
    ],
)
def test_parts_that_the_file_has_count(asked: str, parts: list[str]) -> None:
    """The others are left out; where none is left, there is one that the file has not."""
    assert parts_of(asked, 10) == parts
    assert parts_of(asked, 0)[1:] == []


def test_parts_are_sent(file: ASGIApp) -> None:
    """One, several, or none of them."""
    client = TestClient(file)
    one = client.get("/", headers={"Range": "bytes=0-1,999-1000"})
    assert (one.status_code, one.content) == (206, b"01")
    assert one.headers["content-range"] == "bytes 0-1/10"
    several = client.get("/", headers={"Range": "bytes=0-0,50-,-1"})
    assert several.content.count(b"Content-Range: ") == 2
    none = client.get("/", headers={"Range": "bytes=10-"})
    assert (none.status_code, none.headers["content-range"]) == (416, "bytes */10")
    lines = [("Range", "bytes=0-1"), ("Range", "bytes=2-3")]
    assert client.get("/", headers=lines).status_code == 200
    lines = [("Range", "bytes=0-0"), ("Range", "-1")]
    assert client.get("/", headers=lines).content.count(b"Content-Range: ") == 2


@pytest.mark.parametrize(
    ("condition", "value", "status"),
    [
        ("If-Match", '"other"', 412),
        ("If-Match", 'W/{etag}, "other"', 412),
        ("If-Match", "{etag}", 200),
        ("If-Match", '"other", {etag}', 200),
        ("If-Match", "*", 200),
        ("If-Unmodified-Since", CHANGED, 200),
        ("If-Unmodified-Since", BEFORE, 412),
        ("If-Unmodified-Since", "Fri Jan 30 12:00:00 2026", 412),
        ("If-Unmodified-Since", "Friday, 30-Jan-26 12:00:00 GMT", 412),
        ("If-Unmodified-Since", "yesterday", 200),
    ],
)
def test_other_file_is_refused(file: ASGIApp, condition: str, value: str, status: int) -> None:
    """Tags are compared byte for byte, and dates may have any form (sections 13.1 and 5.6.7)."""
    client = TestClient(file)
    sent = {condition: value.format(etag=client.get("/").headers["etag"])}
    assert client.get("/", headers=sent).status_code == status
    part = client.get("/", headers={**sent, "Range": "bytes=0-1"})
    assert part.status_code == (206 if status == 200 else 412)


def test_tags_on_several_lines_are_one_list(file: ASGIApp) -> None:
    """As of every header that holds a list (section 5.3)."""
    client = TestClient(file)
    lines = [("If-Match", '"other"'), ("If-Match", client.get("/").headers["etag"])]
    assert client.get("/", headers=lines).status_code == 200


def test_dates_do_not_count_beside_tags(file: ASGIApp) -> None:
    """The tag says it better (section 13.1.4)."""
    sent = {"If-Match": "*", "If-Unmodified-Since": BEFORE}
    assert TestClient(file).get("/", headers=sent).status_code == 200


def test_missing_file_is_an_error(tmp_path: Path) -> None:
    """No answer without a file."""
    with pytest.raises(FileNotFoundError):
        TestClient(FileResponse(tmp_path / "missing")).get("/")

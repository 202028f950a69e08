"""`app.http.conditional_files`: a file that is not sent again, and what its 304 says."""

import os
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Annotated

import pytest
from fastapi import Depends
from fastapi.testclient import TestClient

from app.http.application import Application
from app.http.conditional import RequestConditions, request_conditions
from app.http.conditional_files import documented_conditional_file
from app.http.openapi import HeaderDescription
from app.http.ranges import FileResponse
from tests.wire import undocumented

described = [
    HeaderDescription("Content-Language", "Which one."),
    HeaderDescription("Content-Disposition", "The name."),
    HeaderDescription("Content-Security-Policy", "What may run."),
    HeaderDescription("Cache-Control", "Who may store this."),
    HeaderDescription("Set-Cookie", "The cookies `a` and `b`."),
]
documents = documented_conditional_file(*described, media_type="a/b")
app = Application()


@app.get("/file", response_class=FileResponse, responses=documents)
def get_file(
    conditions: Annotated[RequestConditions, Depends(request_conditions)],
) -> FileResponse:
    """Send the file with all sorts of headers."""
    path = Path("file.txt")
    headers = {
        "Content-Language": "en",
        "Content-Security-Policy": "sandbox",
        "Cache-Control": "private, no-cache",
    }
    response = FileResponse(
        path, stat_result=path.stat(), media_type="a/b", filename="a", headers=headers
    )
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")
    conditions.end_if_unchanged(response)
    return response


client = TestClient(app)


@pytest.fixture(autouse=True)
def _file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Store a file that was last changed at the end of January 2026."""
    (tmp_path / "file.txt").write_bytes(b"0123456789")
    changed = parsedate_to_datetime("Sat, 31 Jan 2026 12:00:00 GMT").timestamp()
    os.utime(tmp_path / "file.txt", (changed, changed))
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("template", ["{}", "W/{}", '"a", {}', "*"])
def test_known_version_is_not_sent(template: str) -> None:
    """By the tag that `FileResponse` makes."""
    etag = client.get("/file").headers["etag"]
    response = client.get("/file", headers={"If-None-Match": template.format(etag)})
    assert (response.status_code, response.content) == (304, b"")


def test_changed_file_is_sent(tmp_path: Path) -> None:
    """Its tag is another one."""
    etag = client.get("/file").headers["etag"]
    (tmp_path / "file.txt").write_bytes(b"abc")
    response = client.get("/file", headers={"If-None-Match": etag})
    assert (response.status_code, response.content) == (200, b"abc")
    assert response.headers["etag"] != etag


@pytest.mark.parametrize(
    ("since", "status"),
    [
        ("Sat, 31 Jan 2026 12:00:00 GMT", 304),
        ("Sat, 31 Jan 2026 11:59:59 GMT", 200),
        ("Sat, 31 Jan 2026 12:00:00", 200),
    ],
)
def test_date_counts_to_the_second(since: str, status: int) -> None:
    """And only with its time zone."""
    assert client.get("/file", headers={"If-Modified-Since": since}).status_code == status


def test_condition_goes_before_the_range() -> None:
    """There is no part of what is not sent."""
    etag = client.get("/file").headers["etag"]
    headers = {"Range": "bytes=0-1", "If-None-Match": etag}
    assert client.get("/file", headers=headers).status_code == 304
    headers["If-None-Match"] = '"a"'
    assert client.get("/file", headers=headers).content == b"01"


def test_known_version_is_described() -> None:
    """What belongs to the content is not, and everything else is as in the full answer."""
    full = client.get("/file")
    assert undocumented(full, app.openapi()) == []
    known = client.get("/file", headers={"If-None-Match": full.headers["etag"]})
    assert sorted(known.headers) == [
        "accept-ranges",
        "cache-control",
        "content-security-policy",
        "etag",
        "last-modified",
        "set-cookie",
    ]
    for name in known.headers:
        assert known.headers.get_list(name) == full.headers.get_list(name)
    assert len(known.headers.get_list("set-cookie")) == 2
    assert undocumented(known, app.openapi()) == []


def test_promises_are_documented() -> None:
    """Beside those of every file."""
    assert list(documents) == [200, 206, 404, 412, 416, 304]
    assert documents[304]["headers"].keys() == {
        "Accept-Ranges",
        "ETag",
        "Last-Modified",
        "Content-Security-Policy",
        "Cache-Control",
        "Set-Cookie",
    }
    assert "Content-Language" in documents[200]["headers"]

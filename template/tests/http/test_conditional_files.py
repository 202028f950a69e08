"""`app.http.conditional_files`: every form of the two conditions, and what a 304 says."""

import os
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse
from fastapi.testclient import TestClient
from starlette.background import BackgroundTask

from app.http.conditional_files import documented_conditional_file, unless_known
from app.http.openapi import HeaderDescription
from tests.wire import undocumented, violations

described = [
    HeaderDescription("Content-Language", "Which one."),
    HeaderDescription("Content-Disposition", "The name."),
    HeaderDescription("Content-Security-Policy", "What may run."),
    HeaderDescription("Cache-Control", "Who may store this."),
    HeaderDescription("Set-Cookie", "The cookies `a` and `b`."),
]
documents = documented_conditional_file(*described, media_type="a/b")
app = FastAPI()
sent: list[str] = []


@app.get("/file", response_class=FileResponse, responses=documents)
def get_file(request: Request) -> Response:
    """Send the file with all sorts of headers."""
    path = Path("file.txt")
    headers = {
        "Content-Language": "en",
        "Content-Security-Policy": "sandbox",
        "Cache-Control": "no-cache",
    }
    response = FileResponse(
        path,
        stat_result=path.stat(),
        media_type="a/b",
        filename="a",
        headers=headers,
        background=BackgroundTask(sent.append, "background"),
    )
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")
    return unless_known(request, response)


client = TestClient(app)


@pytest.fixture(autouse=True)
def _file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Store a file that was last changed at the end of January 2026."""
    (tmp_path / "file.txt").write_bytes(b"0123456789")
    changed = parsedate_to_datetime("Sat, 31 Jan 2026 12:00:00 GMT").timestamp()
    os.utime(tmp_path / "file.txt", (changed, changed))
    monkeypatch.chdir(tmp_path)
    sent.clear()


@pytest.mark.parametrize(
    "template",
    ["{}", "W/{}", '"a", {}', '{},"b"', 'W/"a,b" , W/{}', "*", " * "],
)
def test_known_version_is_not_sent(template: str) -> None:
    """Exact, weak, in a list, or any."""
    etag = client.get("/file").headers["etag"]
    response = client.get("/file", headers={"If-None-Match": template.format(etag)})
    assert (response.status_code, response.content) == (304, b"")


@pytest.mark.parametrize("template", ['"other"', "W/", "{0}", '"{0}x"', '"{0}", "*"', "*, x"])
def test_other_version_is_sent(template: str) -> None:
    """Also where the tag lacks its quotes."""
    etag = client.get("/file").headers["etag"].strip('"')
    unquoted = template.format(etag) if template != '"{0}", "*"' else '"a", "*"'
    response = client.get("/file", headers={"If-None-Match": unquoted})
    assert (response.status_code, response.content) == (200, b"0123456789")


def test_tags_on_several_lines_are_one_list() -> None:
    """As for every header that is a list."""
    etag = client.get("/file").headers["etag"]
    lines = [("If-None-Match", '"a"'), ("If-None-Match", etag)]
    assert client.get("/file", headers=lines).status_code == 304


def test_weak_tag_of_a_compressed_file_is_known() -> None:
    """The comparison is weak, and the encoding belongs to the content."""
    request = Request({"type": "http", "headers": [(b"if-none-match", b'"1"')]})
    headers = {"ETag": 'W/"1"', "Content-Encoding": "gzip"}
    response = FileResponse("file.txt", stat_result=os.stat("file.txt"), headers=headers)
    known = unless_known(request, response)
    assert (known.status_code, known.headers["etag"]) == (304, 'W/"1"')
    assert "content-encoding" not in known.headers


@pytest.mark.parametrize(
    ("since", "status"),
    [
        ("Sat, 31 Jan 2026 12:00:00 GMT", 304),
        ("Sat, 31 Jan 2026 12:00:01 GMT", 304),
        ("Sat, 31 Jan 2026 11:59:59 GMT", 200),
        ("Saturday, 31-Jan-26 12:00:00 GMT", 304),
        ("Sat, 31 Jan 2026 12:00:00", 200),
        ("yesterday", 200),
        ("", 200),
    ],
)
def test_date_counts_to_the_second(since: str, status: int) -> None:
    """And only if it is one."""
    assert client.get("/file", headers={"If-Modified-Since": since}).status_code == status


def test_date_does_not_count_beside_a_tag() -> None:
    """The tag is the exact one of the two."""
    headers = {"If-None-Match": '"a"', "If-Modified-Since": "Sat, 31 Jan 2026 12:00:00 GMT"}
    assert client.get("/file", headers=headers).status_code == 200


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
    sent.clear()
    known = client.get("/file", headers={"If-None-Match": full.headers["etag"]})
    assert sorted(known.headers) == [
        "cache-control",
        "content-security-policy",
        "etag",
        "last-modified",
        "set-cookie",
    ]
    for name in known.headers:
        assert known.headers.get_list(name) == full.headers.get_list(name)
    assert len(known.headers.get_list("set-cookie")) == 2
    assert violations(known) == []
    assert undocumented(known, app.openapi()) == []
    assert sent == ["background"]


def test_promises_are_documented() -> None:
    """Beside those of every file."""
    assert list(documents) == [200, 206, 400, 404, 416, 304]
    assert documents[304]["description"] == "The client has this version already"
    assert documents[304]["headers"].keys() == {
        "ETag",
        "Last-Modified",
        "Content-Security-Policy",
        "Cache-Control",
        "Set-Cookie",
    }
    assert "Content-Language" in documents[200]["headers"]

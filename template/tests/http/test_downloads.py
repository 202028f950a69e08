"""`app.http.downloads`: file names of all kinds, on the wire and in the document."""

from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, Response
from fastapi.testclient import TestClient

from app.http.downloads import Attachment, Download, content_disposition

download = Download("posts.csv")
preview = Download("posts.csv", "inline")
app = FastAPI()


@app.get("/dependency", dependencies=[Depends(download)])
async def dependency() -> None:
    """Send the header through a dependency."""


@app.get("/twice")
async def twice(response: Response, _: Annotated[None, Depends(preview)]) -> None:
    """Apply another one."""
    download.apply(response)


@app.get("/named/{name}", dependencies=[Depends(Download("{name}-{other}.csv"))])
async def named() -> None:
    """Name the file after a parameter."""


@app.get("/inline", dependencies=[Depends(preview)])
async def inline() -> None:
    """Show in the browser."""


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/dependency", 'attachment; filename="posts.csv"'),
        ("/twice", 'attachment; filename="posts.csv"'),
        ("/inline", 'inline; filename="posts.csv"'),
        ("/named/a%22b", 'attachment; filename="a_b-{other}.csv"'),
    ],
)
def test_header_is_sent_once(path: str, value: str) -> None:
    """As a dependency, and in place of an earlier value."""
    response = TestClient(app).get(path)
    assert response.headers.get_list("content-disposition") == [value]


@pytest.mark.parametrize(
    ("filename", "value"),
    [
        ("a b.csv", 'attachment; filename="a b.csv"'),
        (
            "résumé ☕ 2.csv",
            "attachment; filename=\"r_sum_ _ 2.csv\"; filename*=UTF-8''"
            "r%C3%A9sum%C3%A9%20%E2%98%95%202.csv",
        ),
        ("a?.csv", "attachment; filename=\"a_.csv\"; filename*=UTF-8''a%3F.csv"),
        ("a%41.csv", "attachment; filename=\"a_41.csv\"; filename*=UTF-8''a%2541.csv"),
        ("100% off.csv", 'attachment; filename="100% off.csv"'),
        ("a;b.csv", 'attachment; filename="a;b.csv"'),
        ('a"; b="c.csv', 'attachment; filename="a_; b=_c.csv"'),
        ("a\\b.csv", 'attachment; filename="a_b.csv"'),
        ("a\r\nSet-Cookie: b=c", 'attachment; filename="a_Set-Cookie: b=c"'),
        ("a\0\x1f\x7fb", 'attachment; filename="a_b"'),
        ("../../etc/passwd", 'attachment; filename="_.._etc_passwd"'),
        ("..\\..\\boot.ini", 'attachment; filename="_.._boot.ini"'),
        (".htaccess", 'attachment; filename="htaccess"'),
        ("a. ", 'attachment; filename="a"'),
        ("X.X", 'attachment; filename="X.X"'),
        ("é/é", "attachment; filename=\"___\"; filename*=UTF-8''%C3%A9_%C3%A9"),
        ("a\ud800", "attachment; filename=\"a_\"; filename*=UTF-8''a%3F"),
        ("", 'attachment; filename="download"'),
        ("..", 'attachment; filename="download"'),
    ],
)
def test_file_names_are_safe(filename: str, value: str) -> None:
    """No way out of the header or of the download folder; the name itself arrives."""
    assert content_disposition(filename) == value


def test_header_is_described() -> None:
    """Every answer has it."""
    assert download.openapi_headers() == {
        "Content-Disposition": {
            "description": "The file name under which to save the answer.",
            "required": True,
            "schema": {"type": "string"},
        }
    }


def test_attachment_is_saved_and_not_run() -> None:
    """Under any name, and as nothing but what it is called."""
    assert Attachment().headers("é.html") == {
        "Content-Disposition": "attachment; filename=\"_.html\"; filename*=UTF-8''%C3%A9.html",
        "X-Content-Type-Options": "nosniff",
    }


def test_headers_of_an_attachment_are_described() -> None:
    """Both are always there."""
    described = Attachment().openapi_headers()
    assert list(described) == ["Content-Disposition", "X-Content-Type-Options"]
    assert [entry["required"] for entry in described.values()] == [True, True]
    assert described["Content-Disposition"]["schema"] == {"type": "string"}
    assert described["X-Content-Type-Options"]["schema"] == {"type": "string", "const": "nosniff"}

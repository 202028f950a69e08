"""`app.http.uploads`: what is taken, how large it may be, and where it is meanwhile."""

import asyncio
import tracemalloc
from collections.abc import Iterator
from io import BytesIO
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Form, HTTPException, UploadFile
from fastapi.testclient import TestClient
from pydantic import BaseModel
from starlette.datastructures import Headers

from app.http.application import Application
from app.http.uploads import MULTIPART, Upload, body_size, documented_uploads, part_types

PNG = b"\x89PNG\r\n\x1a\n"
BOUNDARY = "boundary"
kept: list[UploadFile] = []


class Sent(BaseModel):
    """A form with files."""

    picture: Annotated[UploadFile, Upload("image/png", "image/webp", max_bytes=5_000_000)]
    papers: Annotated[list[UploadFile], Upload("application/pdf", max_bytes=10, max_files=2)]
    other: Annotated[UploadFile | None, Upload(max_bytes=10)] = None
    note: str = ""


router = APIRouter()


@router.post(
    "/",
    max_body_size=body_size(Sent),
    openapi_extra=part_types(Sent),
    responses=documented_uploads(),
)
async def take(form: Annotated[Sent, Form(media_type=MULTIPART)]) -> list[int]:
    """Answer with the sizes, and keep the first file."""
    kept.append(form.picture)
    return [len(await file.read()) for file in (form.picture, *form.papers)]


app = Application()
app.include_endpoints([router])
client = TestClient(app)


def sent(**files: Any) -> Any:
    """Return the answer to these files in place of good ones."""
    good = {
        "picture": ("a.png", PNG, "image/png"),
        "papers": ("a.pdf", b"%PDF-1.7", "application/pdf"),
    }
    return client.post("/", files={**good, **files})


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("picture", ("a.png", PNG + b"1", "Image/PNG; q=1")),
        ("picture", ("a.webp", b"RIFF0000WEBP", "image/webp")),
        ("papers", ("a", b"%PDF-", "application/pdf")),
        ("other", ("a.exe", b"MZ", "application/octet-stream")),
    ],
)
def test_taken(name: str, file: tuple[str, bytes, str]) -> None:
    """By the media type, whatever its case and parameters, and by the first bytes."""
    assert sent(**{name: file}).status_code == 200


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("picture", ("a.png", PNG, "image/gif")),
        ("picture", ("a.png", PNG, "application/octet-stream")),
        ("picture", ("a.png", b"", "image/png")),
        ("picture", ("a.png", PNG, "image/webp")),
        ("picture", ("a.webp", b"RIFF0000WAVE", "image/webp")),
        ("papers", ("a.pdf", b" %PDF-", "application/pdf")),
    ],
)
def test_other_types(name: str, file: tuple[str, bytes, str]) -> None:
    """Neither of the two is enough."""
    response = sent(**{name: file})
    types = {"picture": "image/png, image/webp", "papers": "application/pdf"}
    assert (response.status_code, response.json()) == (
        415,
        {"detail": f"{name} takes {types[name]}"},
    )


@pytest.mark.parametrize(
    ("media_type", "start"),
    [
        ("application/pdf", b"%PDF-1.7"),
        ("application/zip", b"PK\x03\x04"),
        ("image/gif", b"GIF89a"),
        ("image/jpeg", b"\xff\xd8\xff\xe0"),
        ("image/png", PNG),
        ("image/webp", b"RIFF\x24\x00\x00\x00WEBPVP8 "),
    ],
)
def test_first_bytes(media_type: str, start: bytes) -> None:
    """Of each type that has any of its own, where they belong."""
    upload, headers = Upload(media_type, max_bytes=99), Headers({"Content-Type": media_type})
    upload.check("a", UploadFile(BytesIO(start), headers=headers))
    with pytest.raises(HTTPException, match="a takes"):
        upload.check("a", UploadFile(BytesIO(b" " + start), headers=headers))


def test_too_large() -> None:
    """One file, a list of files, the body: each has its own limit."""
    response = sent(picture=("a.png", PNG + bytes(5_000_000 - 8), "image/png"))
    assert (response.status_code, response.json()[0]) == (200, 5_000_000)
    response = sent(picture=("a.png", PNG + bytes(5_000_000 - 7), "image/png"))
    detail = "picture takes files of at most 5000000 bytes"
    assert (response.status_code, response.json()) == (413, {"detail": detail})
    response = sent(picture=("a.png", PNG + bytes(6_100_000), "image/png"))
    assert (response.status_code, response.text) == (413, "Content Too Large")


def test_number_of_files() -> None:
    """So many, and no more."""
    paper = ("papers", ("a.pdf", b"%PDF-", "application/pdf"))
    picture = ("picture", ("a.png", PNG, "image/png"))
    assert client.post("/", files=[picture, paper, paper]).json() == [8, 5, 5]
    response = client.post("/", files=[picture, paper, paper, paper])
    assert response.status_code == 422
    assert response.json()["detail"][0]["msg"] == "Value error, at most 2 files are taken"


def test_no_file_was_chosen() -> None:
    """Browsers send an empty file without a name then, which counts as none."""
    assert client.post("/", data={"note": "a"}).status_code == 422
    response = client.post("/", content=b"".join(parts(b"", name="")), headers=multipart())
    assert response.status_code == 422
    assert response.json()["detail"][0]["msg"] == "Field required"


def test_document() -> None:
    """Clients can see which files are taken, and what a refusal looks like."""
    assert body_size(Sent) == 5_000_000 + 2 * 10 + 10 + 2**20
    operation = app.openapi()["paths"]["/"]["post"]
    content = operation["requestBody"]["content"][MULTIPART]
    assert content["encoding"] == {
        "picture": {"contentType": "image/png, image/webp"},
        "papers": {"contentType": "application/pdf"},
    }
    fields = app.openapi()["components"]["schemas"]["Sent"]["properties"]
    assert fields["picture"]["description"] == "At most 5000000 bytes."
    assert fields["papers"]["description"] == "At most 10 bytes each."
    assert (fields["papers"]["maxItems"], "maxItems" in fields["picture"]) == (2, False)
    assert fields["papers"]["items"]["contentMediaType"] == "application/pdf"
    assert operation["responses"]["413"]["description"] == "A file, or the body, is too large"
    assert {*operation["responses"]["413"]["content"]} == {"application/json", "text/plain"}


class Anything(BaseModel):
    """A form that takes files of any type."""

    file: Annotated[UploadFile, Upload(max_bytes=1)]


def test_any_type_needs_no_encoding() -> None:
    """Nothing is said where everything is taken."""
    assert part_types(Anything) == {}


def test_large_files_are_on_disk() -> None:
    """And gone after the answer."""
    size = 4_900_000
    messages = iter([*chunks(parts(PNG + bytes(size - 8)))])
    answers: list[Any] = []

    async def receive() -> dict[str, Any]:
        part = next(messages, None)
        return {"type": "http.request", "body": part or b"", "more_body": part is not None}

    async def send(message: Any) -> None:
        answers.append(message)

    headers = [(name.encode(), value.encode()) for name, value in multipart().items()]
    scope = {"type": "http", "method": "POST", "path": "/", "headers": headers, "query_string": b""}
    held = sum(map(len, parts(PNG + bytes(size - 8))))
    tracemalloc.start()
    try:
        asyncio.run(read_nothing(scope, receive, send))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert answers[0]["status"] == 200, answers
    assert peak < held / 2
    assert kept[-1].size == size
    assert kept[-1].file.closed


async def read_nothing(scope: Any, receive: Any, send: Any) -> None:
    """Serve the request with an endpoint that leaves the file where it is."""
    service = Application()

    @service.post("/", max_body_size=body_size(Sent))
    async def take(form: Annotated[Sent, Form(media_type=MULTIPART)]) -> None:
        kept.append(form.picture)

    await service({**scope, "app": service}, receive, send)


def parts(picture: bytes, name: str = "a.png") -> list[bytes]:
    """Return a body with this picture."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="picture"; filename="{name}"\r\n'
    paper = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="papers"; filename="a.pdf"\r\n'
    return [
        head.encode() + b"Content-Type: image/png\r\n\r\n",
        picture,
        b"\r\n" + paper.encode() + b"Content-Type: application/pdf\r\n\r\n%PDF-",
        f"\r\n--{BOUNDARY}--\r\n".encode(),
    ]


def multipart() -> dict[str, str]:
    """Return the header of such a body."""
    return {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}


def chunks(body: list[bytes]) -> Iterator[bytes]:
    """Yield the body as a server does, in pieces."""
    for part in body:
        yield from (part[at : at + 65_536] for at in range(0, len(part), 65_536))

"""What the benchmark's generated project answers, written by hand with FastAPI alone.

One endpoint for each response pattern, each with three headers and a cookie, as somebody would
write them who knows what to send: literal headers, and no word of it in OpenAPI.
"""

import csv
import io
import json
import os
import re
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal
from xml.etree.ElementTree import Element, SubElement, tostring

import httpx2
import ormsgpack
from fastapi import (
    BackgroundTasks,
    Body,
    Depends,
    FastAPI,
    Header,
    HTTPException,
    Query,
    Request,
    Response,
)
from fastapi.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    StreamingResponse,
)
from fastapi.sse import EventSourceResponse, ServerSentEvent
from fastapi.templating import Jinja2Templates
from pydantic import BaseModel, Field
from zipstream import ZIP_DEFLATED, ZipStream

FILES = Path("files").resolve()
HEADERS = {
    "Cache-Control": "private, no-cache",
    "Api-Edition": "2026",
    "Content-Language": "en",
}
templates = Jinja2Templates("app/templates")


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, httpx2.AsyncClient]]:
    """Keep connections to the service behind this one."""
    async with httpx2.AsyncClient(base_url=os.environ["APP_UPSTREAM_URL"]) as client:
        yield {"client": client}


app = FastAPI(lifespan=lifespan, max_body_size=2**20)


class Item(BaseModel):
    """What several endpoints answer."""

    id: int
    title: str


ITEM = Item(id=1, title="example")


class Outcome(BaseModel):
    """How one item of a batch went."""

    status: int = Field(ge=200, le=599)
    detail: str | None = None


class BatchItem(BaseModel):
    """One item of a batch."""

    title: str


class BatchResult(BaseModel):
    """How each item went."""

    results: list[Outcome]


def finish(response: Response) -> None:
    """Put the three headers and the cookie on a response."""
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Api-Edition"] = "2026"
    response.headers["Content-Language"] = "en"
    response.set_cookie("seen", "example", path="/", secure=True, httponly=True, samesite="lax")


async def finished(response: Response) -> None:
    """Put them on a response before the endpoint streams it."""
    finish(response)


class VendorResponse(JSONResponse):
    """JSON under another media type."""

    media_type = "application/vnd.example+json"
    charset = "utf-8"

    def render(self, content: Any) -> bytes:
        """Return the bytes of the body."""
        text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=2)
        return text.encode(self.charset)


class XMLResponse(JSONResponse):
    """XML."""

    media_type = "application/xml"

    def render(self, content: Any) -> bytes:
        """Return the bytes of the body."""
        root = Element("item")
        for name, value in content.items():
            SubElement(root, name).text = str(value)
        document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
        return document


class PackedResponse(JSONResponse):
    """MessagePack."""

    media_type = "application/vnd.msgpack"

    def render(self, content: Any) -> bytes:
        """Return the bytes of the body."""
        return ormsgpack.packb(content)


class CSVResponse(Response):
    """A table."""

    media_type = "text/csv"


def cell(value: object) -> object:
    """Return a cell that no spreadsheet runs."""
    risky = isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    return f"'{value}" if risky else value


def table() -> str:
    """Return the rows as text."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in (("id", "title"), ("=1+1", "example")):
        writer.writerow([cell(value) for value in row])
    return buffer.getvalue()


@app.get("/json-model")
async def json_model(response: Response) -> Item:
    finish(response)
    return Item(id=1, title="example")


@app.get("/json-direct", response_model=Item)
async def json_direct() -> JSONResponse:
    response = JSONResponse(Item(id=1, title="example").model_dump(mode="json"))
    finish(response)
    return response


@app.get("/json-custom-class", response_class=VendorResponse)
async def json_custom_class(response: Response) -> Item:
    finish(response)
    return Item(id=1, title="example")


@app.get("/msgpack", response_class=PackedResponse)
async def msgpack(response: Response) -> Item:
    finish(response)
    return Item(id=1, title="example")


@app.get("/xml", response_class=XMLResponse)
async def xml(response: Response) -> Item:
    finish(response)
    return Item(id=1, title="example")


@app.get("/plain-text", response_class=PlainTextResponse)
async def plain_text(response: Response) -> str:
    finish(response)
    return "OK"


@app.get("/html", response_class=HTMLResponse)
async def html(response: Response) -> str:
    finish(response)
    title = escape("Hello")
    return f'<!doctype html><html lang="en"><title>{title}</title><h1>{title}</h1></html>'


@app.get("/html-template", response_class=HTMLResponse)
async def html_template(request: Request) -> HTMLResponse:
    response = templates.TemplateResponse(request, "get_html_template.html", {"title": "Hello"})
    finish(response)
    return response


@app.get("/empty", status_code=204, response_class=Response)
async def empty(response: Response) -> None:
    finish(response)


@app.get("/redirect", status_code=307, response_class=RedirectResponse)
async def redirect(response: Response) -> str:
    finish(response)
    return "/"


@app.get("/redirect-safe", status_code=303, response_class=RedirectResponse)
async def redirect_safe(
    response: Response, target: Annotated[str | None, Query(alias="next")] = None
) -> str:
    finish(response)
    local = target is not None and re.fullmatch(r"/(?![/\\])[^\\\s]*", target)
    return target if local and target else "/"


@app.get("/binary-image", response_class=Response)
def binary_image() -> Response:
    pixel = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
        "0000000a4944415478da63f80f00010101001cb08c990000000049454e44ae426082"
    )
    response = Response(pixel, media_type="image/png")
    policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Content-Type-Options"] = "nosniff"
    finish(response)
    return response


@app.get("/download-bytes", response_class=Response)
def download_bytes() -> Response:
    response = Response(b"\x00example\xff", media_type="application/pdf")
    response.headers["Content-Disposition"] = 'attachment; filename="document.pdf"'
    finish(response)
    return response


@app.get("/csv", response_class=CSVResponse)
def csv_(response: Response) -> str:
    response.headers["Content-Disposition"] = 'attachment; filename="export.csv"'
    finish(response)
    return table()


@app.get("/csv-stream", response_class=StreamingResponse)
def csv_stream() -> StreamingResponse:
    response = StreamingResponse(iter([table()]), media_type="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="export.csv"'
    finish(response)
    return response


def blocks() -> Iterator[bytes]:
    """Yield what is in a file, in blocks."""
    with io.BytesIO(b"\x00\n\xff" * 50_000) as file:
        while block := file.read(64 * 1024):
            yield block


@app.get("/bytes-stream", response_class=StreamingResponse)
def bytes_stream() -> StreamingResponse:
    response = StreamingResponse(blocks(), media_type="application/octet-stream")
    finish(response)
    return response


def archive() -> Iterator[bytes]:
    """Yield an archive in one piece, which it fits into."""
    packed = ZipStream(compress_type=ZIP_DEFLATED)
    packed.add(iter([b"An example.\n"]), "readme.txt")
    packed.add((b"%d\n" % number for number in range(1_000)), "data/numbers.txt")
    yield b"".join(packed)


@app.get("/zip-stream", response_class=StreamingResponse)
def zip_stream() -> StreamingResponse:
    response = StreamingResponse(archive(), media_type="application/zip")
    response.headers["Content-Disposition"] = 'attachment; filename="export.zip"'
    finish(response)
    return response


@app.get("/jsonl-stream", dependencies=[Depends(finished)])
async def jsonl_stream() -> AsyncIterable[Item]:
    for _ in range(2):
        yield Item(id=1, title="example")


async def start_after(last_event_id: Annotated[int, Header(ge=0)] = 0) -> int:
    """Return the number of the last event that the client has."""
    if last_event_id > 3:
        raise HTTPException(409, "There is no such event")
    return last_event_id


async def finished_events(response: Response) -> None:
    """Put headers and the cookie on an event stream, whose Cache-Control FastAPI sets."""
    response.headers["Api-Edition"] = "2026"
    response.headers["Content-Language"] = "en"
    response.headers["Vary"] = "Accept-Language"
    response.set_cookie("seen", "example", path="/", secure=True, httponly=True, samesite="lax")


@app.get("/sse", response_class=EventSourceResponse, dependencies=[Depends(finished_events)])
async def sse(seen: Annotated[int, Depends(start_after)]) -> AsyncIterable[ServerSentEvent]:
    yield ServerSentEvent(comment="connected", retry=3_000)
    for number in range(seen + 1, 4):
        data = Item(id=1, title="example")
        yield ServerSentEvent(id=str(number), event="update", data=data)


@app.post("/multi-status")
async def multi_status(
    items: Annotated[list[BatchItem], Body(min_length=1, max_length=100)],
) -> JSONResponse:
    outcomes = [Outcome(status=200) for _ in items]
    status: Literal[200, 207] = 200 if all(one.status < 400 for one in outcomes) else 207
    response = JSONResponse(BatchResult(results=outcomes).model_dump(mode="json"), status)
    finish(response)
    return response


def stored(name: str) -> Path:
    """Return the path of a file that may be sent, or raise 404."""
    path = (FILES / name).resolve()
    if not path.is_relative_to(FILES) or not path.is_file():
        raise HTTPException(404)
    return path


async def afterwards() -> None:
    """Do what the client does not wait for."""


@app.get("/background", status_code=202)
async def background(tasks: BackgroundTasks, response: Response) -> Item:
    finish(response)
    tasks.add_task(afterwards)
    return Item(id=1, title="example")


def as_csv(item: Item) -> str:
    """Return a table of one row."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["id", "title"], [item.id, cell(item.title)]])
    return buffer.getvalue()


@app.get("/negotiated")
async def negotiated(accept: Annotated[str, Header()] = "*/*") -> Response:
    item = Item(id=1, title="example")
    if "application/json" in accept or "*/*" in accept:
        response = Response(f"[{item.model_dump_json()}]", media_type="application/json")
    elif "text/csv" in accept:
        response = Response(as_csv(item), media_type="text/csv")
    else:
        raise HTTPException(406)
    response.headers["Vary"] = "Accept"
    finish(response)
    return response


def temporary_folder() -> Iterator[Path]:
    """Yield a folder for one request."""
    with TemporaryDirectory() as folder:
        yield Path(folder)


@app.get("/file-temporary", response_class=FileResponse)
def file_temporary(folder: Annotated[Path, Depends(temporary_folder)]) -> FileResponse:
    path = folder / "made"
    path.write_bytes(b"0123456789")
    response = FileResponse(path, media_type="application/pdf")
    response.headers["Content-Disposition"] = 'attachment; filename="report.pdf"'
    finish(response)
    return response


@app.get("/file", response_class=FileResponse)
def file() -> FileResponse:
    response = FileResponse(stored("report.pdf"), media_type="application/pdf")
    response.headers["Content-Disposition"] = 'attachment; filename="report.pdf"'
    finish(response)
    return response


@app.get("/file-safe-path/{path:path}", response_class=FileResponse)
def file_safe_path(path: str) -> FileResponse:
    response = FileResponse(stored(path), media_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{path}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    finish(response)
    return response


@app.get("/proxy-stream", response_class=StreamingResponse)
async def proxy_stream(request: Request, tasks: BackgroundTasks) -> StreamingResponse:
    client: httpx2.AsyncClient = request.state.client
    headers = {"Accept": "application/pdf", "Accept-Encoding": "identity"}
    question = client.build_request("GET", "/report", headers=headers)
    try:
        answer = await client.send(question, stream=True)
    except httpx2.TimeoutException:
        raise HTTPException(504) from None
    except httpx2.HTTPError:
        raise HTTPException(502) from None
    tasks.add_task(answer.aclose)
    if answer.status_code != 200 or answer.headers["content-type"] != "application/pdf":
        raise HTTPException(502)
    response = StreamingResponse(
        answer.aiter_raw(),
        media_type="application/pdf",
        headers={"Content-Length": answer.headers["content-length"]},
        background=tasks,
    )
    finish(response)
    return response


def unchanged(response: Response, tags: list[str] | None, since: str | None) -> bool:
    """Say whether the client has what `response` would bring."""
    if tags is not None:
        known = [tag.strip().removeprefix("W/") for tag in ",".join(tags).split(",")]
        return "*" in known or response.headers["etag"] in known
    if since is None:
        return False
    try:
        changed = parsedate_to_datetime(response.headers["last-modified"])
        return changed <= parsedate_to_datetime(since)
    except (TypeError, ValueError):
        return False


@app.get("/file-conditional", response_class=FileResponse)
def file_conditional(
    if_none_match: Annotated[list[str] | None, Header()] = None,
    if_modified_since: Annotated[str | None, Header()] = None,
) -> Response:
    path = stored("logo.png")
    response = FileResponse(path, stat_result=path.stat(), media_type="image/png")
    response.headers["Content-Disposition"] = 'inline; filename="logo.png"'
    finish(response)
    if not unchanged(response, if_none_match, if_modified_since):
        return response
    answer = Response(status_code=304)
    answer.raw_headers = [one for one in response.raw_headers if not one[0].startswith(b"content-")]
    return answer


# In the order of the generated project: FastAPI looks at one route after the other.
app.router.routes.sort(key=lambda route: getattr(route, "path", ""))

"""`app.http.csv_rows`: quoting, formulas, batches and the two response classes."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel, Field, computed_field

from app.http.csv_rows import (
    CSVResponse,
    CSVStreamingResponse,
    csv_batches,
    csv_batches_async,
    csv_text,
    safe_cell,
)

app = FastAPI()


@app.get("/whole", response_class=CSVResponse)
async def whole() -> str:
    """Answer with the document in one piece."""
    return csv_text([("id", "title"), (1, "é")])


@app.get("/stream", response_class=CSVStreamingResponse)
def stream() -> Iterator[str]:
    """Answer with the document in chunks."""
    yield from csv_batches([("id", "title"), (1, "é")], size=1)


def test_whole_document_is_sent() -> None:
    """As CSV, with its length."""
    response = TestClient(app).get("/whole")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-length"] == "16"
    assert response.content == b"id,title\r\n1,\xc3\xa9\r\n"


def test_stream_is_sent() -> None:
    """As CSV, in chunks, without a length."""
    with TestClient(app).stream("GET", "/stream") as response:
        assert response.headers["content-type"] == "text/csv; charset=utf-8"
        assert "content-length" not in response.headers
        assert list(response.iter_raw()) == [b"id,title\r\n", b"1,\xc3\xa9\r\n"]


@pytest.mark.parametrize("path", ["/whole", "/stream"])
def test_media_type_is_documented(path: str) -> None:
    """Both classes have one."""
    answer = app.openapi()["paths"][path]["get"]["responses"]["200"]
    assert list(answer["content"]) == ["text/csv"]


def test_cells_are_quoted() -> None:
    """Commas, quotes and line breaks; lines end as RFC 4180 says."""
    rows = [("a,b", 'c"d', "e\nf"), ("", None, 1.5)]
    assert csv_text(rows) == '"a,b","c""d","e\nf"\r\n,,1.5\r\n'


@pytest.mark.parametrize("start", list("=+-@\t\r\n＝＋－＠"))
def test_formulas_become_text(start: str) -> None:
    """ASCII and full-width signs, and what spreadsheets skip before them."""
    assert safe_cell(f"{start}1") == f"'{start}1"
    assert csv_text([(f"{start}1",)]).strip('"').startswith(f"'{start}")


@pytest.mark.parametrize(
    "skipped", ["", " ", "\xa0", "\u2003", "\ufeff", "\u200b", "\x00", "\x0b "]
)
def test_formulas_are_found_behind_what_is_skipped(skipped: str) -> None:
    """Spaces, controls and signs that nobody sees, at the start and behind a separator."""
    assert safe_cell(f"{skipped}=1") == f"'{skipped}=1"
    assert safe_cell(f"a;{skipped}@b") == f"a;'{skipped}@b"


class Formula:
    """Something of the owner's that is no text, and is written as text."""

    def __str__(self) -> str:
        """Return a formula."""
        return "=1+1"


@pytest.mark.parametrize(
    "cell",
    [
        "a;=1+1;b",
        "a,=1+1,b",
        "a\t=1+1\tb",
        "a|=1+1|b",
        "a\n=1+1\nb",
        "a\r=1+1",
        '";=1+1;"',
        "\t=1;=2;;=3",
        "a; \n =1",
        Formula(),
        timedelta(days=-1),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("read_with", [",", ";", "\t", "|"])
def test_no_delimiter_makes_a_formula(cell: object, delimiter: str, read_with: str) -> None:
    """Whoever opens the file, with the delimiter of another country, finds texts and numbers."""
    text = csv_text([(1, cell, -5)], delimiter=delimiter)
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=read_with):
        for one in row:
            assert not one.strip().startswith(("=", "+", "@", "-1 ")), (text, one)


def test_dialects_of_spreadsheets() -> None:
    """A delimiter, and a mark that says UTF-8, which stands once and first."""
    rows = [("é", "a;b", "a,b"), (1.5, -1, None)]
    assert csv_text(rows, delimiter=";") == 'é;"a;b";a,b\r\n1.5;-1;\r\n'
    batches = [*csv_batches(rows, 1, byte_order_mark=True)]
    assert batches == ['\ufeffé,a;b,"a,b"\r\n', "1.5,-1,\r\n"]
    assert csv_text([], byte_order_mark=True) == "\ufeff"


@pytest.mark.parametrize(
    "cell",
    [
        "a=1",
        "1-2",
        "a; b=1",
        "a,-1",
        "'=1",
        "",
        -5,
        -1.5,
        Decimal("-9.99"),
        None,
        date(2026, 1, 31),
    ],
)
def test_other_cells_are_kept(cell: object) -> None:
    """Negative numbers stay numbers."""
    assert safe_cell(cell) is cell


class Color(Enum):
    """An enumeration of the owner's."""

    RED = "red"


class Post(BaseModel):
    """A row."""

    title: str | None = None
    price: Decimal | None = None
    of: Any = None
    secret: str = Field(default="", exclude=True)

    @computed_field
    def size(self) -> int:
        """Return what is no field."""
        return 1


class LongPost(Post):
    """A row with more than is declared."""

    text: str = "a"


def test_models_are_rows() -> None:
    """What is sent of the declared one, under its names; without rows there are the names."""
    assert csv_text([], model=Post) == "title,price,of,size\r\n"
    rows = [Post(title="a,b", secret="s"), LongPost(price=Decimal("-9.90"))]
    assert csv_text(rows, model=Post) == 'title,price,of,size\r\n"a,b",,,1\r\n,-9.90,,1\r\n'
    assert list(csv_batches(rows, 1, model=Post))[1:] == [",-9.90,,1\r\n"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("", ""),
        (True, "true"),
        (False, "false"),
        (-5, "-5"),
        (-1.5, "-1.5"),
        (Decimal("-0.10"), "-0.10"),
        (date(2026, 1, 31), "2026-01-31"),
        (datetime(2026, 1, 31, 12, tzinfo=UTC), "2026-01-31T12:00:00Z"),
        (datetime(2026, 1, 31, 12, 0, 0, 5), "2026-01-31T12:00:00.000005"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Color.RED, "red"),
        ("true", "true"),
        ("-5", "'-5"),
        ("=1+1", "'=1+1"),
        (b"=1", "'=1"),
        (["=1", None], '"[""=1"",null]"'),
        ({"a": True}, '"{""a"":true}"'),
    ],
)
def test_cells_of_models(value: object, text: str) -> None:
    """As JSON has them, without a formula: numbers stay numbers, and text stays text."""
    assert csv_text([Post(of=value)], model=Post).splitlines()[1] == f",,{text},1"


def test_batches_hold_several_rows() -> None:
    """A chunk is complete as soon as it reaches the size."""
    rows = [("abc",)] * 5
    assert list(csv_batches(rows, size=10)) == [
        "abc\r\nabc\r\n",
        "abc\r\nabc\r\n",
        "abc\r\n",
    ]


def test_batches_have_64_kibibytes() -> None:
    """The default size."""
    chunks = list(csv_batches([("abcdef",)] * 10_000))
    assert [len(chunk) for chunk in chunks] == [65_536, 14_464]
    assert csv_text([("abcdef",)] * 10_000) == "abcdef\r\n" * 10_000


def test_batches_of_an_asynchronous_driver_are_the_same() -> None:
    """In every option, and as lazy."""
    rows: list[Any] = [("é", "a;b"), (1.5, -1), Post(title="a")]
    seen: list[object] = []

    async def arriving() -> AsyncIterator[Any]:
        for row in rows:
            seen.append(row)
            yield row

    async def collected(size: int, **options: Any) -> list[tuple[str, int]]:
        seen.clear()
        batches = csv_batches_async(arriving(), size, **options)
        return [(text, len(seen)) async for text in batches]

    for options in ({}, {"delimiter": ";"}, {"byte_order_mark": True}, {"model": Post}):
        for size in (1, 10, 100):
            found = asyncio.run(collected(size, **options))
            assert [text for text, _ in found] == [*csv_batches(rows, size, **options)]
    assert asyncio.run(collected(1))[0] == ("é,a;b\r\n", 1)


def test_batches_are_lazy() -> None:
    """The first chunk leaves before the last row is read."""

    def rows() -> Iterator[tuple[str]]:
        yield ("a",)
        raise RuntimeError

    assert next(csv_batches(rows(), size=1)) == "a\r\n"


def test_no_rows_are_no_chunks() -> None:
    """An empty table is an empty document."""
    assert list(csv_batches([])) == []
    assert csv_text([]) == ""

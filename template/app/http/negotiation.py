"""One resource in several formats, chosen by Accept (RFC 9110, sections 12.5.1 and 15.5.7)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from types import GenericAlias
from typing import Any

from fastapi import HTTPException, Request, Response
from pydantic import BaseModel
from pydantic_core import to_json

from app.http.accept import preferred
from app.http.csv_rows import cells_of, columns_of, csv_text
from app.http.openapi import Described, HeaderDescription, documented, documented_error, header

Items = Sequence[BaseModel]

VARY = {"Vary": header("The request headers that chose this answer.")}


def as_csv(items: Items) -> str:
    """Return a table with a header row; no cell of it runs as a formula."""
    return csv_text(items, model=type(items[0])) if items else ""


def as_html(items: Items) -> str:
    """Return a page with a table, in which every value is escaped."""
    columns = columns_of(type(items[0])) if items else []
    rows = [_row("th", columns), *(_row("td", cells_of(item, columns)) for item in items)]
    return f"<!doctype html>\n<table>\n{''.join(rows)}</table>\n"


FORMATS: Mapping[str, Callable[[Items], str | bytes]] = {
    "application/json": to_json,
    "text/csv": as_csv,
    "text/html": as_html,
}
"""What turns the items into each media type; add to it what you offer beside these."""


@dataclass(frozen=True, slots=True)
class Negotiated:
    """The media types that an endpoint offers; the first one is the default.

    As a dependency it returns the one that the client prefers, or raises 406 before any work is
    done. Caches learn from Vary that the answer depends on Accept, also from that of the 406.
    """

    media_types: tuple[str, ...]

    async def __call__(self, request: Request) -> str:
        """Return the media type for this request as a FastAPI dependency."""
        chosen = preferred(",".join(request.headers.getlist("accept")), self.media_types)
        if chosen is None:
            offered = ", ".join(self.media_types)
            raise HTTPException(406, f"Available as {offered}", headers={"Vary": "Accept"})
        return chosen

    def response(self, media_type: str, items: Items) -> Response:
        """Return the items in one of the formats."""
        return Response(
            FORMATS[media_type](items), media_type=media_type, headers={"Vary": "Accept"}
        )

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the header."""
        return VARY


def documented_negotiation(
    offered: Negotiated, *described: Described, model: type[BaseModel]
) -> dict[int | str, dict[str, Any]]:
    """Return the `responses=` entries of an endpoint that answers with a list of `model`."""
    entries = documented(200, offered, *described)
    # FastAPI puts the model in place of JSON's.
    entries[200]["content"] = {one: {"schema": {"type": "string"}} for one in offered.media_types}
    entries[200]["model"] = GenericAlias(list, (model,))
    vary = HeaderDescription("Vary", "Always `Accept`.")
    return entries | documented_error(406, "No format that the client takes", vary)


def _row(tag: str, cells: Iterable[object]) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(str(cell))}</{tag}>' for cell in cells)}</tr>\n"

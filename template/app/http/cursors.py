"""Pages of a list that is read from one item on, with a link to the next page (RFC 8288).

A cursor says which item comes before a page. So nothing is read twice or left out when items come
and go between two pages, and nothing has to be counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from operator import itemgetter
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import URL, QueryParams

from app.http.openapi import header
from app.http.signing import Signer

LARGEST = 100
MAX_AGE = 24 * 60 * 60
"""For how many seconds a cursor is accepted."""
OWN = ("cursor", "limit")

Item = TypeVar("Item")

signer = Signer("cursor")


@dataclass(frozen=True, slots=True)
class CursorRequest:
    """The page that a request asks for: `limit` items behind that with the key `after`.

    A key is anything that JSON can hold, and can be read by clients; `after` is None for the first
    page.
    """

    url: URL
    after: Any
    limit: int

    def page(self, rows: Sequence[tuple[Any, Item]]) -> "CursorPage[Item]":
        """Return the page that rows make, each an item with its key, in the order of the keys.

        One row more than `limit` says that there is another page.
        """
        items = [item for _, item in rows[: self.limit]]
        more = len(rows) > self.limit
        return CursorPage(items, self.link(rows[self.limit - 1][0]) if more else None)

    def link(self, key: Any) -> str:
        """Return the link to the page behind the item with a key.

        It holds the query only: clients complete it with the address that they asked.
        """
        cursor = signer.sign([_list(self.url), key])
        query = self.url.include_query_params(cursor=cursor, limit=self.limit).query
        return f'<?{query}>; rel="next"'


@dataclass(frozen=True, slots=True)
class CursorPage(Generic[Item]):
    """The items of one page, and the link to the next one, if there is one."""

    items: list[Item]
    link: str | None


@dataclass(frozen=True, slots=True)
class CursorPagination:
    """A dependency that returns the `CursorRequest`, and puts the link on the answer.

    `limit` is the number of items on a page unless the request asks for another one. A cursor is
    accepted by the path and for the filters that it was made for, and by no other.
    """

    limit: int

    async def __call__(
        self,
        request: Request,
        cursor: Annotated[str | None, Query()] = None,
        limit: Annotated[int | None, Query(ge=1, le=LARGEST)] = None,
    ) -> CursorRequest:
        """Return the page that the request asks for."""
        after = None if cursor is None else _key(cursor, request.url)
        return CursorRequest(request.url, after, limit or self.limit)

    def apply(self, response: Response, page: CursorPage[Any]) -> None:
        """Link the next page; other links are kept."""
        if page.link is not None:
            response.headers.append("Link", page.link)

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the header."""
        return {"Link": header("The next page, unless this is the last one.", required=False)}


def _key(cursor: str, url: URL) -> Any:
    read = signer.read(cursor, MAX_AGE)
    if read is None or read[0][0] != _list(url):
        message = "This is no cursor of this list, or no longer; begin with the first page"
        error = {"type": "cursor", "loc": ("query", "cursor"), "msg": message, "input": cursor}
        raise RequestValidationError([error])
    return read[0][1]


def _list(url: URL) -> str:
    """Return what stands for a list: its path, and its filters in the order of their names."""
    filters = [one for one in QueryParams(url.query).multi_items() if one[0] not in OWN]
    told = repr((url.path, sorted(filters, key=itemgetter(0))))
    return sha256(told.encode()).hexdigest()[:32]

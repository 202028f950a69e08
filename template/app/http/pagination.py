"""Pages of a list, with links to the other ones (RFC 8288)."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from starlette.datastructures import QueryParams

from app.http.openapi import header

LARGEST = 100
OWN = ("page", "per_page")
MOST_SKIPPED = 2**63 - 1


@dataclass(frozen=True, slots=True)
class PageRequest:
    """The page that a request asks for: the items from `offset` to before `end`, counted from 0."""

    query: QueryParams
    number: int
    size: int

    @property
    def offset(self) -> int:
        """Return how many items to skip, as far as a database can count."""
        return min((self.number - 1) * self.size, MOST_SKIPPED)

    @property
    def end(self) -> int:
        """Return how many items there are up to the last one of the page."""
        return self.offset + self.size

    def links(self, total: int) -> str:
        """Return the links to the other pages of a list of `total` items.

        They hold the query only: clients complete it with the address that they asked, so that it
        stays right behind a proxy.
        """
        last = max(1, -(-total // self.size))
        pages = {"first": 1, "prev": self.number - 1, "next": self.number + 1, "last": last}
        others = [one for one in self.query.multi_items() if one[0] not in OWN]
        queries = {
            relation: urlencode([*others, ("page", number), ("per_page", self.size)])
            for relation, number in pages.items()
            if 1 <= number <= last
        }
        return ", ".join(f'<?{query}>; rel="{relation}"' for relation, query in queries.items())


@dataclass(frozen=True, slots=True)
class LinkPagination:
    """A dependency that returns the `PageRequest`, and puts the links on the answer.

    `per_page` is the number of items on a page unless the request asks for another one.
    """

    per_page: int

    async def __call__(
        self,
        request: Request,
        page: Annotated[int, Query(ge=1)] = 1,
        per_page: Annotated[int | None, Query(ge=1, le=LARGEST)] = None,
    ) -> PageRequest:
        """Return the page that the request asks for."""
        return PageRequest(request.query_params, page, per_page or self.per_page)

    def apply(self, response: Response, page: PageRequest, *, total: int) -> None:
        """Link the other pages of a list of `total` items; other links are kept."""
        response.headers.append("Link", page.links(total))
        response.headers["X-Total-Count"] = str(total)

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the headers."""
        return {
            "Link": header("The first, previous, next and last page."),
            "X-Total-Count": header("How many items there are.", type="integer"),
        }

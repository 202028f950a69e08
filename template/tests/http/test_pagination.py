"""`app.http.pagination`: the links of each page, on the wire and in the document."""

from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, Response
from fastapi.testclient import TestClient
from starlette.datastructures import QueryParams

from app.http.pagination import LinkPagination, PageRequest

pagination = LinkPagination(10)
app = FastAPI()


@app.get("/items/{total}")
async def list_items(
    total: int, page: Annotated[PageRequest, Depends(pagination)], response: Response
) -> list[int]:
    """Return a page of the numbers from 0, beside another link."""
    response.headers["Link"] = '</>; rel="up"'
    pagination.apply(response, page, total=total)
    return list(range(total))[page.offset : page.end]


client = TestClient(app)


@pytest.mark.parametrize(
    ("query", "items", "links"),
    [
        (
            "",
            range(10),
            '<?page=1&per_page=10>; rel="first", <?page=2&per_page=10>; rel="next", '
            '<?page=3&per_page=10>; rel="last"',
        ),
        (
            "?page=1&per_page=13",
            range(13),
            '<?page=1&per_page=13>; rel="first", <?page=2&per_page=13>; rel="next", '
            '<?page=2&per_page=13>; rel="last"',
        ),
        (
            "?page=2",
            range(10, 20),
            '<?page=1&per_page=10>; rel="first", <?page=1&per_page=10>; rel="prev", '
            '<?page=3&per_page=10>; rel="next", <?page=3&per_page=10>; rel="last"',
        ),
        (
            "?page=3",
            range(20, 25),
            '<?page=1&per_page=10>; rel="first", <?page=2&per_page=10>; rel="prev", '
            '<?page=3&per_page=10>; rel="last"',
        ),
        (
            "?page=4",
            range(0),
            '<?page=1&per_page=10>; rel="first", <?page=3&per_page=10>; rel="prev", '
            '<?page=3&per_page=10>; rel="last"',
        ),
        (
            "?page=9",
            range(0),
            '<?page=1&per_page=10>; rel="first", <?page=3&per_page=10>; rel="last"',
        ),
        (
            "?page=25&per_page=1",
            range(24, 25),
            '<?page=1&per_page=1>; rel="first", <?page=24&per_page=1>; rel="prev", '
            '<?page=25&per_page=1>; rel="last"',
        ),
        (
            "?per_page=100&q=a>b%0D%0A",
            range(25),
            '<?q=a%3Eb%0D%0A&page=1&per_page=100>; rel="first", '
            '<?q=a%3Eb%0D%0A&page=1&per_page=100>; rel="last"',
        ),
    ],
)
def test_pages_are_linked(query: str, items: range, links: str) -> None:
    """With what else the query says; other links stay."""
    response = client.get(f"/items/25{query}")
    assert response.json() == list(items)
    assert response.headers.get_list("link") == ['</>; rel="up"', links]
    assert response.headers.get_list("x-total-count") == ["25"]


@pytest.mark.parametrize(("total", "last"), [(0, 1), (1, 1), (10, 1), (11, 2), (20, 2), (21, 3)])
def test_last_page(total: int, last: int) -> None:
    """An empty list has one page."""
    link = client.get(f"/items/{total}").headers["link"]
    assert link.endswith(f'<?page={last}&per_page=10>; rel="last"')


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=x", "per_page=0", "per_page=101"])
def test_other_pages_are_refused(query: str) -> None:
    """A page of any size would be a way to ask for everything."""
    assert client.get(f"/items/25?{query}").status_code == 422


def test_headers_are_described() -> None:
    """Every answer has them."""
    assert pagination.openapi_headers() == {
        "Link": {
            "description": "The first, previous, next and last page.",
            "required": True,
            "schema": {"type": "string"},
        },
        "X-Total-Count": {
            "description": "How many items there are.",
            "required": True,
            "schema": {"type": "integer"},
        },
    }


def test_no_page_is_too_far_for_a_database() -> None:
    """It is empty like others behind the last one, and databases count up to 64 bits."""
    assert PageRequest(QueryParams(), 10**30, 100).offset == 2**63 - 1
    assert client.get(f"/items/25?page={10**30}").json() == []

"""`app.http.cursors`: a walk over all pages, and cursors that are not accepted."""

from types import SimpleNamespace
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI, Response
from fastapi.testclient import TestClient

from app.http.cursors import CursorPage, CursorPagination, CursorRequest

pagination = CursorPagination(3)
app = FastAPI()
letters: dict[str, list[int]] = {}


async def read_page(asked: Annotated[CursorRequest, Depends(pagination)]) -> CursorPage[str]:
    """Return a page of the letters, by keys of two parts."""
    rows = sorted((key, letter) for letter, key in letters.items())
    return asked.page([row for row in rows if row[0] > (asked.after or [])][: asked.limit + 1])


@app.get("/letters")
@app.get("/other")
async def list_letters(
    page: Annotated[CursorPage[str], Depends(read_page)], response: Response
) -> list[str]:
    """Answer with a page, beside another link."""
    response.headers["Link"] = '</>; rel="up"'
    pagination.apply(response, page)
    return page.items


client = TestClient(app)


@pytest.fixture(autouse=True)
def seven_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put seven letters in place, two with the first part of their keys alike."""
    for number, letter in enumerate("abcdefg"):
        monkeypatch.setitem(letters, letter, [number // 2, number])


def links(response: Any) -> dict[str, str]:
    """Return the links of an answer, by what they lead to."""
    return {relation: link["url"] for relation, link in response.links.items()}


def walk(link: str) -> list[list[str]]:
    """Return the items of each page, from a link on."""
    pages = []
    while link:
        response = client.get(f"/letters{link}")
        pages.append(response.json())
        link = links(response).get("next", "")
    return pages


def test_each_item_is_on_one_page() -> None:
    """Whatever the size; a page that is just full is the last one, and other links stay."""
    assert walk("?") == [["a", "b", "c"], ["d", "e", "f"], ["g"]]
    assert walk("?limit=1") == [[letter] for letter in "abcdefg"]
    assert walk("?limit=7") == [[*"abcdefg"]]
    assert walk("?limit=100") == [[*"abcdefg"]]
    assert client.get("/letters").headers.get_list("link")[0] == '</>; rel="up"'


def test_items_come_and_go_between_two_pages() -> None:
    """Of the others each is seen once."""
    first = client.get("/letters?limit=2")
    assert first.json() == ["a", "b"]
    letters["before"] = [0, -1]
    letters["behind"] = [0, 2]
    del letters["b"]  # the one that the cursor names
    assert walk(links(first)["next"]) == [["behind", "c"], ["d", "e"], ["f", "g"]]


def test_no_item() -> None:
    """An empty list has no next page."""
    letters.clear()
    assert walk("?") == [[]]


def test_link_keeps_the_query() -> None:
    """Filters and sorting, in characters that a header can hold."""
    response = client.get("/letters?tag=a>b&limit=2&tag=%C3%A9%0D%0A&sort=-at")
    link = response.headers.get_list("link")[1]
    assert link.startswith("<?tag=a%3Eb&tag=%C3%A9%0D%0A&sort=-at&cursor=")
    assert link.endswith('&limit=2>; rel="next"')


def test_filters_in_another_order_are_the_same() -> None:
    """Some clients sort them."""
    link = links(client.get("/letters?a=1&b=2"))["next"].removeprefix("?")
    assert client.get(f"/letters?{'&'.join(sorted(link.split('&')))}").json() == ["d", "e", "f"]
    assert client.get(f"/letters?{'&'.join(reversed(link.split('&')))}").json() == ["d", "e", "f"]


def test_values_in_another_order_are_others() -> None:
    """Of one name: `sort=a&sort=b` is another list than `sort=b&sort=a`."""
    link = links(client.get("/letters?sort=a&sort=b"))["next"]
    assert refused(f"/letters{link}".replace("sort=a&sort=b", "sort=b&sort=a"))


def refused(url: str) -> bool:
    """Say whether a request is refused because of its cursor."""
    response = client.get(url)
    if response.status_code == 200:
        return False
    [error] = response.json()["detail"]
    assert (response.status_code, error) == (
        422,
        {
            "type": "cursor",
            "loc": ["query", "cursor"],
            "msg": "This is no cursor of this list, or no longer; begin with the first page",
            "input": response.url.params["cursor"],
        },
    )
    return True


def test_cursors_of_others_are_refused() -> None:
    """Those of another list and of other filters, and what is none."""
    link = links(client.get("/letters?a=1"))["next"]
    assert not refused(f"/letters{link}")
    assert not refused(f"/letters{link}".replace("limit=3", "limit=5"))
    assert refused(f"/other{link}")
    assert refused(f"/letters{link}&a=2")
    assert refused(f"/letters{link}".replace("a=1", "a=2"))
    assert refused(f"/letters{link}".replace("a=1&", ""))
    for cursor in ("", "x", "a.b.c", "%00"):
        assert refused(f"/letters?a=1&cursor={cursor}")


def test_changed_cursors_are_refused() -> None:
    """Each of its characters counts."""
    cursor = client.get("/letters").links["next"]["url"].partition("cursor=")[2].partition("&")[0]
    assert not refused(f"/letters?cursor={cursor}")
    for position in range(0, len(cursor) - 1, 7):
        other = "A" if cursor[position] != "A" else "B"
        assert refused(f"/letters?cursor={cursor[:position]}{other}{cursor[position + 1 :]}")


def test_cursors_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a day: the key that has signed them may be replaced then."""
    clock = SimpleNamespace(time=lambda: 1_800_000_000)
    monkeypatch.setattr("itsdangerous.timed.time", clock)
    link = links(client.get("/letters"))["next"]
    clock.time = lambda: 1_800_000_000 + 86_400
    assert not refused(f"/letters{link}")
    clock.time = lambda: 1_800_000_000 + 86_401
    assert refused(f"/letters{link}")


@pytest.mark.parametrize("limit", ["0", "-1", "x", "101"])
def test_other_limits_are_refused(limit: str) -> None:
    """A page of any size would be a way to ask for everything."""
    assert client.get(f"/letters?limit={limit}").status_code == 422


def test_header_is_described() -> None:
    """The last page has none."""
    assert pagination.openapi_headers() == {
        "Link": {
            "description": "The next page, unless this is the last one.",
            "required": False,
            "schema": {"type": "string"},
        },
    }

"""`app.http.deprecation`: on the wire, in the document, and what is refused."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from fastapi import Depends, FastAPI, Response
from fastapi.testclient import TestClient

from app.http.deprecation import DeprecationNotice
from tests.http.test_root_path import below

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
UNTIL = datetime(2027, 1, 1, tzinfo=UTC)
ended = DeprecationNotice(deprecation=SINCE, sunset=UNTIL, link="/docs")
replaced = DeprecationNotice(deprecation=SINCE, sunset=SINCE, link="/docs", successor="/v2/posts")
app = FastAPI()


@app.get("/ended", dependencies=[Depends(ended)])
async def get_ended() -> None:
    """Announce the end through a dependency."""


@app.get("/replaced")
async def get_replaced(response: Response) -> None:
    """Announce a successor, beside another link."""
    response.headers["Link"] = '</>; rel="up"'
    replaced.apply(response)


def test_times_are_sent_in_their_own_formats() -> None:
    """One is a structured field, the other an HTTP date."""
    headers = TestClient(app).get("/ended").headers
    assert headers.get_list("deprecation") == ["@1767225600"]
    assert headers.get_list("sunset") == ["Fri, 01 Jan 2027 00:00:00 GMT"]
    assert headers.get_list("link") == ['</docs>; rel="deprecation"; type="text/html"']


def test_links_behind_a_proxy() -> None:
    """With the prefix that the proxy takes off; a page elsewhere is where it is."""
    elsewhere = DeprecationNotice(
        deprecation=SINCE, sunset=UNTIL, link="https://example.com/docs", successor="/v2/posts"
    )
    response = Response()
    below("/api", lambda: ended.apply(response))
    below("/api", lambda: elsewhere.apply(response))
    assert response.headers.getlist("link") == [
        '</api/docs>; rel="deprecation"; type="text/html"',
        '<https://example.com/docs>; rel="deprecation"; type="text/html"',
        '</api/v2/posts>; rel="successor-version"',
    ]


def test_links_are_added() -> None:
    """The successor has a link of its own, and what was there stays."""
    assert TestClient(app).get("/replaced").headers.get_list("link") == [
        '</>; rel="up"',
        '</docs>; rel="deprecation"; type="text/html"',
        '</v2/posts>; rel="successor-version"',
    ]


@pytest.mark.parametrize("zone", [None, timezone(timedelta(hours=1))])
@pytest.mark.parametrize("field", ["deprecation", "sunset"])
def test_other_time_zones_are_refused(field: str, zone: timezone | None) -> None:
    """They would be sent as another moment."""
    times: dict[str, Any] = {"deprecation": SINCE, "sunset": UNTIL}
    times[field] = times[field].replace(tzinfo=zone)
    with pytest.raises(ValueError, match=r"^deprecation and sunset must be in UTC$"):
        DeprecationNotice(link="/docs", **times)


def test_end_before_the_deprecation_is_refused() -> None:
    """RFC 9745, section 4."""
    early = SINCE - timedelta(seconds=1)
    with pytest.raises(ValueError, match=r"^an endpoint cannot end before it is deprecated$"):
        DeprecationNotice(deprecation=SINCE, sunset=early, link="/docs")


def test_headers_are_described() -> None:
    """Every answer has them."""
    text = {"required": True, "schema": {"type": "string"}}
    assert ended.openapi_headers() == {
        "Deprecation": {
            "description": "Since when this is deprecated: `@` and seconds since 1970.",
            **text,
        },
        "Sunset": {"description": "When this stops to answer, as an HTTP date.", **text},
        "Link": {
            "description": "Where to read about the deprecation, and what to use instead.",
            **text,
        },
    }

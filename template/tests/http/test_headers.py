"""`app.http.headers`: on the wire, in the document, and what is refused."""

from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, Response
from fastapi.testclient import TestClient

from app.http.headers import FixedHeader
from tests.http.test_root_path import below

kind = FixedHeader("Post-Kind", "draft")
app = FastAPI()


@app.get("/dependency", dependencies=[Depends(kind)])
async def dependency() -> None:
    """Send the header through a dependency."""


@app.get("/twice")
async def twice(response: Response, _: Annotated[None, Depends(kind)]) -> None:
    """Apply the header again."""
    kind.apply(response)


@pytest.mark.parametrize("path", ["/dependency", "/twice"])
def test_header_is_sent_once(path: str) -> None:
    """As a dependency, and in place of an earlier value."""
    assert TestClient(app).get(path).headers.get_list("post-kind") == ["draft"]


def test_header_is_described() -> None:
    """The document knows the value."""
    assert kind.openapi_headers() == {
        "Post-Kind": {
            "description": "Always `draft`.",
            "required": True,
            "schema": {"type": "string", "const": "draft"},
        }
    }


@pytest.mark.parametrize(
    ("name", "value", "sent"),
    [
        ("Content-Location", "/posts/7", "/api/posts/7"),
        ("Service-Worker-Allowed", "/", "/api/"),
        ("SourceMap", "https://example.com/a.map", "https://example.com/a.map"),
        ("Api-Base", "/v1", "/v1"),
    ],
)
def test_address_behind_a_proxy(name: str, value: str, sent: str) -> None:
    """With the prefix that the proxy takes off, which the document cannot know."""
    fixed, response = FixedHeader(name, value), Response()
    below("/api", lambda: fixed.apply(response))
    assert response.headers.getlist(name) == [sent]
    described = fixed.openapi_headers()[name]
    is_reference = name != "Api-Base"
    other = {"format": "uri-reference"} if is_reference else {"const": value}
    assert described["schema"] == {"type": "string", **other}
    told = f"`{value}`, as clients see it." if is_reference else f"Always `{value}`."
    assert described["description"] == told


@pytest.mark.parametrize(
    "value", ["a\r\nSet-Cookie: b=c", "a\nb", "a\rb", "a\0", "a\x7f", "é", "☕", "", " a", "a "]
)
def test_unsafe_value_is_refused(value: str) -> None:
    """A line break would start another header; other characters arrive differently, or never."""
    with pytest.raises(ValueError, match=r"not a header of printable ASCII$"):
        FixedHeader("Post-Kind", value)


@pytest.mark.parametrize("name", ["", "Post Kind", "Post-Kind:", "Post\nKind", "Größe"])
def test_unsafe_name_is_refused(name: str) -> None:
    """A header's name is a token (RFC 9110, section 5.6.2)."""
    with pytest.raises(ValueError, match="not a header of printable ASCII"):
        FixedHeader(name, "draft")


@pytest.mark.parametrize("value", ["1", "a b", 'max-age=60, "quoted"'])
def test_printable_value_is_kept(value: str) -> None:
    """Spaces inside, commas and quotes are the header's own business."""
    assert FixedHeader("Post-Kind", value).value == value

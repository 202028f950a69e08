"""`app.http.redirects`: paths of this site pass, everything else does not."""

import pytest
from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from fastapi.testclient import TestClient

from app.http.redirects import local_target

app = FastAPI()


@app.get("/", response_class=RedirectResponse)
async def root(target: str | None = None) -> str:
    """Redirect to the target."""
    return local_target(target, "/home")


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/a",
        "/a/b?c=d&e=f#g",
        "/a//b",
        "/a?next=https://example.com//b",
        "/a:b@c",
        "/%2F%2Fexample.com",
        "/résumé – 2026",
    ],
)
def test_paths_pass(target: str) -> None:
    """Whatever stands behind their first character."""
    assert local_target(target, "/home") == target


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "a",
        "evil.example",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/a\\b",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "\t//evil.example",
        " //evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/a\r\nSet-Cookie: a=b",
        "/\x00",
        "/\u2028/",
        "?a",
        "#a",
    ],
)
def test_everything_else_is_replaced(target: str | None) -> None:
    """Other sites, other schemes, and what a browser would read as one of them."""
    assert local_target(target, "/home") == "/home"


def test_redirect_is_sent() -> None:
    """With what is no ASCII encoded."""
    client = TestClient(app, follow_redirects=False)
    assert client.get("/", params={"target": "/é"}).headers["location"] == "/%C3%A9"
    assert client.get("/", params={"target": "//é"}).headers["location"] == "/home"

"""`app.http.redirects`: where they lead, and that nobody else decides it."""

import pytest
from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from fastapi.testclient import TestClient
from starlette.datastructures import URL

from app.http.redirects import Redirect, local_target
from app.http.root_path import RootPath
from tests.http.test_root_path import below

app = FastAPI()


@app.get("/fixed", response_class=Redirect)
async def fixed(target: str) -> str:
    """Redirect to the target, which is the service's own in real life."""
    return target


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


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("/", "/api/"),
        ("/orders?page=2", "/api/orders?page=2"),
        ("/api/orders", "/api/api/orders"),
        ("?page=2", "?page=2"),
        ("//other.example/é", "//other.example/%C3%A9"),
        ("https://other.example/orders", "https://other.example/orders"),
    ],
)
def test_redirect_behind_a_proxy(target: str, location: str) -> None:
    """A path is the service's own, and what names another site stays."""
    client = TestClient(RootPath(app), root_path="/api", follow_redirects=False)
    response = client.get("/fixed", params={"target": target})
    assert (response.status_code, response.headers["location"]) == (307, location)
    assert "307" in app.openapi()["paths"]["/fixed"]["get"]["responses"]


def test_redirect_takes_what_its_class_takes() -> None:
    """An address in parts, another status, and headers."""
    response = Redirect(URL("/orders"), 303, {"Cache-Control": "no-store"})
    assert (response.status_code, response.headers["location"]) == (303, "/orders")
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("/orders?page=2", "/api/orders?page=2"),
        ("/api/orders?page=2", "/api/orders?page=2"),
        ("/api", "/api"),
        ("/api?page=2", "/api?page=2"),
        ("/apis", "/api/apis"),
        ("/api//evil.example", "/api//evil.example"),
        ("//evil.example/api/", "/api/home"),
        ("/api/\\evil.example", "/api/home"),
        (None, "/api/home"),
    ],
)
def test_targets_behind_a_proxy(target: str | None, location: str) -> None:
    """A page of the service knows its address with the prefix, an endpoint without."""
    assert below("/api", lambda: local_target(target, "/home")) == location

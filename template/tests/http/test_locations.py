"""`app.http.locations`: on the wire and in the document."""

import pytest
from fastapi import APIRouter, Depends, HTTPException, Response
from fastapi.testclient import TestClient

from app.http.application import Application
from app.http.locations import NOWHERE, CreatedLocation, redirect_target, refuse_other_places
from tests.http.test_root_path import below

posts = CreatedLocation("/blogs/{blog}/posts/{post_id}?page=1")


def location(blog: object, post_id: object) -> list[str]:
    """Return the header lines for these values."""
    response = Response(headers={"location": "/earlier"})
    posts.apply(response, blog=blog, post_id=post_id)
    return response.headers.getlist("location")


def test_template_is_filled() -> None:
    """In place of an earlier value."""
    assert location("news", 7) == ["/blogs/news/posts/7?page=1"]


def test_location_behind_a_proxy() -> None:
    """With the prefix that the proxy takes off, once, whatever the path itself begins with."""
    assert below("/blogs", lambda: location("news", 7)) == ["/blogs/blogs/news/posts/7?page=1"]


@pytest.mark.parametrize(
    ("value", "escaped"),
    [
        ("...", "..."),
        ("%2F", "%252F"),
        ("a b?c#d", "a%20b%3Fc%23d"),
        ("é", "%C3%A9"),
        ("a\r\nSet-Cookie: b=c", "a%0D%0ASet-Cookie%3A%20b%3Dc"),
        ("{post_id}", "%7Bpost_id%7D"),
    ],
)
def test_values_are_escaped(value: str, escaped: str) -> None:
    """They stay inside their part of the path."""
    assert location(value, 7) == [f"/blogs/{escaped}/posts/7?page=1"]


@pytest.mark.parametrize("value", ["", ".", "..", "a/b", "/", "../x"])
def test_value_that_leads_elsewhere_is_an_error(value: str) -> None:
    """Clients resolve dots, and servers decode an escaped slash before they look for a route."""
    with pytest.raises(ValueError, match=r"is no segment of a path\Z"):
        location(value, 7)


def test_value_may_be_a_path() -> None:
    """Where its route says so."""
    files = CreatedLocation("/files/{name:path}")
    response = Response()
    files.apply(response, name="a b/c")
    assert response.headers["location"] == "/files/a%20b/c"
    with pytest.raises(ValueError, match=r"'\.\.' is no segment"):
        files.apply(response, name="a/../b")


def test_missing_value_is_an_error() -> None:
    """No address is better than a wrong one."""
    with pytest.raises(KeyError, match=r"^'post_id'$"):
        posts.apply(Response(), blog="news")


def test_header_is_described() -> None:
    """As a reference, which may be a path."""
    assert posts.openapi_headers() == {
        "Location": {
            "description": "Where to find what was created.",
            "required": True,
            "schema": {"type": "string", "format": "uri-reference"},
        }
    }


@pytest.mark.parametrize(
    ("template", "value", "target"),
    [
        ("/posts/{it}", 1, "/posts/1"),
        ("/posts/{it}?a={it}", "é?#", "/posts/%C3%A9%3F%23?a=%C3%A9%3F%23"),
        ("/{it}", "\\\\other.example", "/%5C%5Cother.example"),
        ("/{it:path}", "a/b c", "/a/b%20c"),
    ],
)
def test_target_is_filled(template: str, value: object, target: str) -> None:
    """A value stays within its segment."""
    assert redirect_target(template, it=value) == target


@pytest.mark.parametrize(
    ("template", "value"),
    [("/{it}", "/other.example"), ("/{it:path}", "/other.example"), ("/a/{it}", "..")],
)
def test_value_that_leads_elsewhere_is_not_found(template: str, value: str) -> None:
    """There is no such place (CWE-601)."""
    with pytest.raises(HTTPException) as refused:
        redirect_target(template, it=value)
    assert (refused.value.status_code, refused.value.detail) == (404, "There is no such place")
    assert NOWHERE[404]["description"] == "There is no such place"


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/blogs/news/posts", 200),
        ("/blogs/.../posts", 200),
        ("/blogs/%2E%2E/posts", 404),
        ("/blogs/%2E/posts", 404),
        ("/files/a/b", 200),
        ("/files/a/%2E%2E/b", 404),
        ("/files/a//b", 404),
    ],
)
def test_parameters_that_lead_elsewhere_are_refused(url: str, status: int) -> None:
    """Of all of them, before anything is created."""
    router = APIRouter(dependencies=[Depends(refuse_other_places)])
    router.add_api_route("/blogs/{blog}/posts", lambda: "created", responses={**NOWHERE})
    router.add_api_route("/files/{name:path}", lambda: "created", responses={**NOWHERE})
    app = Application()
    app.include_router(router)
    assert TestClient(app).get(url).status_code == status

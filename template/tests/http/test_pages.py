"""`app.http.pages`: values are escaped, and none is forgotten."""

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from fastapi.testclient import TestClient
from jinja2 import UndefinedError

from app.http.pages import templates
from tests.http.test_root_path import below

app = FastAPI()


@app.get("/", response_class=HTMLResponse)
async def layout(request: Request) -> HTMLResponse:
    """Answer with the layout that all pages share."""
    return templates.TemplateResponse(request, "_layout.html", {"title": '<b>&"'})


def test_page_is_sent() -> None:
    """As a whole document, with escaped values."""
    response = TestClient(app).get("/")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    lines = response.text.splitlines()
    assert lines[0] == "<!doctype html>"
    assert '<html lang="en">' in lines
    assert '<meta charset="utf-8">' in lines
    assert "<title>&lt;b&gt;&amp;&#34;</title>" in lines


def test_other_pages_can_be_linked() -> None:
    """By the name of their endpoint."""
    page = templates.env.from_string("{{url_for('layout')}}")
    request = Request({"type": "http", "app": app, "router": app.router, "headers": []})
    request.scope["server"] = ("testserver", 80)
    assert page.render(request=request) == "http://testserver/"


def test_forms_lead_to_this_service() -> None:
    """Also where a proxy takes a prefix off."""
    page = templates.env.from_string("""<form action="{{with_root_path('/posts')}}">""")
    assert below("/api", page.render) == '<form action="/api/posts">'


def test_value_that_is_missing_is_an_error() -> None:
    """Instead of a hole in the page."""
    with pytest.raises(UndefinedError, match="'title' is undefined"):
        templates.get_template("_layout.html").render()

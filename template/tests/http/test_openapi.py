"""`app.http.openapi`: the entries that endpoints give to `responses=`."""

from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from openapi_spec_validator import validate
from pydantic import BaseModel

from app.http.openapi import (
    HeaderDescription,
    documented,
    documented_error,
    header,
    merged,
)


class Item(BaseModel):
    """A model to document."""

    id: int


def test_header_defaults_to_a_required_string() -> None:
    """What most headers are."""
    assert header("Why.") == {
        "description": "Why.",
        "required": True,
        "schema": {"type": "string"},
    }


def test_header_takes_a_schema() -> None:
    """And may be missing from some answers."""
    assert header("Why.", required=False, type="integer", minimum=0) == {
        "description": "Why.",
        "required": False,
        "schema": {"type": "integer", "minimum": 0},
    }


def test_header_description_describes_one_header() -> None:
    """Required unless declared otherwise."""
    assert HeaderDescription("ETag", "Changes.").openapi_headers() == {
        "ETag": {"description": "Changes.", "required": True, "schema": {"type": "string"}}
    }
    optional = HeaderDescription("ETag", "Changes.", required=False).openapi_headers()
    assert optional["ETag"]["required"] is False


def test_nothing_is_documented_unasked() -> None:
    """FastAPI fills in the rest."""
    assert documented(200) == {200: {}}


def test_headers_are_documented() -> None:
    """Of everything that puts one on the answer."""
    etag, vary = HeaderDescription("ETag", "Changes."), HeaderDescription("Vary", "Why.")
    assert documented(201, etag, vary, description="Created") == {
        201: {
            "description": "Created",
            "headers": {
                "ETag": {"description": "Changes.", "required": True, "schema": {"type": "string"}},
                "Vary": {"description": "Why.", "required": True, "schema": {"type": "string"}},
            },
        }
    }


def test_headers_of_one_name_share_an_entry() -> None:
    """One that is always there makes it required, in either order."""
    always = HeaderDescription("Set-Cookie", "The cookie `a`.")
    sometimes = HeaderDescription("Set-Cookie", "The cookie `b`.", required=False)

    def entry(*described: HeaderDescription) -> Any:
        return documented(200, *described)[200]["headers"]["Set-Cookie"]

    assert entry(always, sometimes) == {
        "description": "The cookie `a`. The cookie `b`.",
        "required": True,
        "schema": {"type": "string"},
    }
    assert entry(sometimes, always)["required"] is True
    assert entry(sometimes, sometimes)["required"] is False


def test_entry_says_which_cookie_is_always_there() -> None:
    """Each has a pattern, and OpenAPI's own `required` is for all of them."""
    a, b, c = (
        {"description": name, "required": name == "a", "schema": {"pattern": f"^{name}="}}
        for name in "abc"
    )
    assert merged(merged(a, b), c) == {
        "description": "a b c",
        "required": True,
        "schema": {
            "anyOf": [
                {"pattern": "^a=", "x-required": True},
                {"pattern": "^b=", "x-required": False},
                {"pattern": "^c=", "x-required": False},
            ]
        },
    }


def test_text_is_documented_as_a_string() -> None:
    """Tools can show it."""
    assert documented(200, media_type="text/csv") == {
        200: {"content": {"text/csv": {"schema": {"type": "string"}}}}
    }


def test_bytes_are_documented_with_their_media_type() -> None:
    """As JSON Schema 2020-12 describes binary content."""
    described = {"schema": {"type": "string", "contentMediaType": "application/pdf"}}
    assert documented(200, media_type="application/pdf") == {
        200: {"content": {"application/pdf": described}}
    }


def test_model_is_documented() -> None:
    """FastAPI makes a schema of it."""
    assert documented(200, model=Item) == {200: {"model": Item}}


def test_errors_are_documented_as_json() -> None:
    """Whatever the endpoint's own response class is."""
    app = FastAPI()
    retry = HeaderDescription("Retry-After", "When to come back.")

    @app.get(
        "/",
        response_class=HTMLResponse,
        responses=documented_error(404, "Not here") | documented_error(503, "Busy", retry),
    )
    async def endpoint() -> str:
        return ""

    validate(app.openapi())
    answers = app.openapi()["paths"]["/"]["get"]["responses"]
    assert answers["404"]["description"] == "Not here"
    assert list(answers["404"]["content"]) == ["application/json"]
    schema = answers["404"]["content"]["application/json"]["schema"]
    assert schema["required"] == ["detail"]
    assert schema["properties"]["detail"]["type"] == "string"
    assert "headers" not in answers["404"]
    assert list(answers["503"]["headers"]) == ["Retry-After"]

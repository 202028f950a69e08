"""`app.http.bodiless`: answers without the content that they stand for."""

import pytest

from app.http.bodiless import describes_content, documented_without_content
from app.http.openapi import HeaderDescription


@pytest.mark.parametrize(
    "name",
    [
        "content-digest",
        "Content-Disposition",
        "content-encoding",
        "Content-Language",
        "CONTENT-LENGTH",
        "content-range",
        "content-type",
    ],
)
def test_headers_of_the_content_are_known(name: str) -> None:
    """In any case."""
    assert describes_content(name)


@pytest.mark.parametrize(
    "name", ["Content-Location", "Content-Security-Policy", "ETag", "Set-Cookie", "Vary"]
)
def test_other_headers_stay_without_content(name: str) -> None:
    """Whatever their names begin with."""
    assert not describes_content(name)


def test_answers_without_content_are_documented() -> None:
    """Without the headers that describe the content."""
    tag, language = (HeaderDescription(name, "Why.") for name in ("ETag", "Content-Language"))
    described = {"description": "Why.", "required": True, "schema": {"type": "string"}}
    assert documented_without_content(304, tag, language, description="Unchanged") == {
        304: {"description": "Unchanged", "headers": {"ETag": described}}
    }
    assert documented_without_content(204, language, description="Done") == {
        204: {"description": "Done"}
    }

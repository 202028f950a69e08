"""`app.http.caching`: on the wire and in the document."""

from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, Response
from fastapi.testclient import TestClient

from app.http.caching import CacheControl

cache_control = CacheControl("private, no-cache")
app = FastAPI()


@app.get("/dependency", dependencies=[Depends(cache_control)])
async def dependency() -> None:
    """Send the header through a dependency."""


@app.get("/twice")
async def twice(response: Response, _: Annotated[None, Depends(cache_control)]) -> None:
    """Apply the header again."""
    cache_control.apply(response)


@pytest.mark.parametrize("path", ["/dependency", "/twice"])
def test_directives_are_sent_once(path: str) -> None:
    """As a dependency, and in place of an earlier value."""
    response = TestClient(app).get(path)
    assert response.headers.get_list("cache-control") == ["private, no-cache"]


def test_header_is_described() -> None:
    """Every answer has it."""
    assert cache_control.openapi_headers() == {
        "Cache-Control": {
            "description": "Who may store this, and for how long.",
            "required": True,
            "schema": {"type": "string"},
        }
    }

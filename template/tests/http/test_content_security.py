"""`app.http.content_security`: a policy for one answer."""

import re
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, Response
from fastapi.responses import HTMLResponse
from fastapi.testclient import TestClient

from app.http.content_security import ContentSecurityPolicy, new_nonce

policy = ContentSecurityPolicy("default-src 'self'", "script-src 'nonce'", "style-src 'nonce'")
Nonce = Annotated[str, Depends(new_nonce)]
app = FastAPI()


async def set_policy(response: Response, nonce: Nonce) -> None:
    """Set the policy in a dependency."""
    policy.apply(response, nonce)


@app.get("/", response_class=HTMLResponse, dependencies=[Depends(set_policy)])
async def page(nonce: Nonce) -> str:
    """Answer with the nonce that dependencies have."""
    return nonce


def test_nonce_is_that_of_the_page() -> None:
    """In each directive that asks for it."""
    response = TestClient(app).get("/")
    nonce = response.text
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", nonce)
    assert response.headers.get_list("content-security-policy") == [
        f"default-src 'self'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'"
    ]


def test_nonce_is_new_in_every_answer() -> None:
    """Otherwise it could be guessed, or read in a cache."""
    client = TestClient(app)
    responses = [client.get("/") for _ in range(3)]
    assert len({response.text for response in responses}) == 3
    assert {response.headers["cache-control"] for response in responses} == {"no-store"}


@pytest.mark.parametrize("directives", ["default-src 'self'", "script-src nonce"])
def test_policy_without_a_nonce_is_refused(directives: str) -> None:
    """It would let nothing of the page run."""
    with pytest.raises(ValueError, match=rf"no directive names 'nonce': {directives}\Z"):
        ContentSecurityPolicy(directives)


def test_headers_are_described() -> None:
    """Every page has both."""
    assert policy.openapi_headers() == {
        "Cache-Control": {
            "description": "Always `no-store`.",
            "required": True,
            "schema": {"type": "string", "const": "no-store"},
        },
        "Content-Security-Policy": {
            "description": "What the page may load and run; the nonce is new in every answer.",
            "required": True,
            "schema": {"type": "string"},
        },
    }

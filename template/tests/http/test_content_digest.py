"""`app.http.content_digest`: the checksums, and the document."""

from typing import Literal

import pytest
from fastapi import Response

from app.http.content_digest import ContentDigest

SHA_256 = "sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:"
SHA_512 = (
    "sha-512=:m3HSJL1i83hdltRq0+o9czGb+8KJDKra4t/3JRlnPKcj"
    "I8PZm6XBHXx6zG4UuMXaDEZjR1wuXDre9G9zvN7AQw==:"
)


def test_default_checksum() -> None:
    """As structured-field bytes; the last one counts."""
    response = Response("hello", headers={"content-digest": "sha-256=:AA==:"})
    ContentDigest().apply(response)
    assert response.headers.getlist("content-digest") == [SHA_256]


@pytest.mark.parametrize(("algorithm", "value"), [("sha-256", SHA_256), ("sha-512", SHA_512)])
def test_chosen_checksum(algorithm: Literal["sha-256", "sha-512"], value: str) -> None:
    """Each of the two that RFC 9530 recommends."""
    response = Response(b"hello")
    ContentDigest(algorithm).apply(response)
    assert response.headers["content-digest"] == value


def test_header_is_described() -> None:
    """With its algorithm."""
    assert ContentDigest("sha-512").openapi_headers() == {
        "Content-Digest": {
            "description": "The sha-512 checksum of the body.",
            "required": True,
            "schema": {"type": "string"},
        }
    }

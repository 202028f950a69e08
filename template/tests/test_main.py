"""`app.main`: what concerns all endpoints."""

from typing import Annotated

import pytest
from fastapi import Body
from fastapi.testclient import TestClient

from app.main import create_app


@pytest.mark.parametrize(("size", "status"), [(2**20, 200), (2**20 + 1, 413)])
def test_body_has_a_limit(size: int, status: int) -> None:
    """A larger one is refused, before it fills the memory."""
    app = create_app()

    async def count(content: Annotated[bytes, Body(media_type="text/plain")]) -> int:
        return len(content)

    app.add_api_route("/body-with-a-limit", count, methods=["POST"])
    client = TestClient(app, base_url="https://testserver")
    answer = client.post("/body-with-a-limit", content=b"0" * size)
    assert answer.status_code == status

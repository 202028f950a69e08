"""`app.http.images`: nothing in an image is run."""

import pytest
from fastapi import Depends, FastAPI, Response
from fastapi.testclient import TestClient

from app.http.images import ImageHeaders
from app.http.openapi import documented
from tests.wire import undocumented

app = FastAPI()
image = ImageHeaders()
documents = documented(200, image, media_type="image/svg+xml")


@app.get("/applied", response_class=Response, responses=documents)
async def applied(response: Response) -> Response:
    """Return an image with an earlier value of a header."""
    response = Response("<svg/>", media_type="image/svg+xml")
    response.headers["x-content-type-options"] = "other"
    image.apply(response)
    return response


@app.get("/", dependencies=[Depends(image)], responses=documented(200, image))
async def root() -> None:
    """Answer with the headers of an image."""


@pytest.mark.parametrize("path", ["/", "/applied"])
def test_headers_are_sent(path: str) -> None:
    """Once each, and as documented."""
    response = TestClient(app).get(path)
    policies = response.headers.get_list("content-security-policy")
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'; sandbox"]
    assert response.headers.get_list("x-content-type-options") == ["nosniff"]
    assert undocumented(response, app.openapi()) == []


def test_headers_are_described() -> None:
    """With their only values."""
    described = image.openapi_headers()
    assert described["X-Content-Type-Options"]["schema"] == {"type": "string", "const": "nosniff"}
    assert described["Content-Security-Policy"]["required"] is True
    assert "sandbox" in described["Content-Security-Policy"]["schema"]["const"]

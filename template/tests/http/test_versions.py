"""`app.http.versions`: asked for, named, and kept apart."""

from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI, Response
from fastapi.testclient import TestClient

from app.http.versions import UNSUPPORTED_VERSION, ApiVersion

api_version = ApiVersion("2025-01-01", "2026-06-01")
app = FastAPI()


@app.get("/")
async def get_item(
    response: Response, version: Annotated[str, Depends(api_version.asked)]
) -> dict[str, str]:
    """Answer in each version with another name."""
    response.headers["Vary"] = "Cookie"
    api_version.apply(response, version)
    return {"title" if version < "2026-06-01" else "headline": "example"}


@pytest.mark.parametrize(
    ("asked", "version", "content"),
    [
        ({}, "2025-01-01", {"title": "example"}),
        ({"API-Version": "2025-01-01"}, "2025-01-01", {"title": "example"}),
        ({"API-Version": "2026-06-01"}, "2026-06-01", {"headline": "example"}),
    ],
)
def test_version_is_the_one_asked_for(
    asked: dict[str, str], version: str, content: dict[str, str]
) -> None:
    """Or the first one; caches keep them apart."""
    response = TestClient(app).get("/", headers=asked)
    assert response.json() == content
    assert response.headers["api-version"] == version
    assert response.headers["vary"] == "Cookie, API-Version"


@pytest.mark.parametrize("version", ["", "2024-01-01", "2026-06-01, 2025-01-01"])
def test_unknown_version_is_refused(version: str) -> None:
    """With the versions that there are."""
    response = TestClient(app).get("/", headers={"API-Version": version})
    assert response.status_code == 400
    assert response.json() == {"detail": "API-Version: use 2025-01-01 or 2026-06-01"}


def test_request_header_is_documented() -> None:
    """With its values, and the one that is taken when it is missing."""
    (parameter,) = app.openapi()["paths"]["/"]["get"]["parameters"]
    assert (parameter["in"], parameter["name"]) == ("header", "API-Version")
    assert not parameter["required"]
    schema: dict[str, Any] = parameter["schema"]
    assert (schema["type"], schema["default"]) == ("string", "2025-01-01")
    assert schema["enum"] == ["2025-01-01", "2026-06-01"]


def test_headers_are_described() -> None:
    """The answer has both; the refusal has none."""
    described = api_version.openapi_headers()
    schema = {"type": "string", "enum": ["2025-01-01", "2026-06-01"]}
    assert described["API-Version"]["schema"] == schema
    assert [described[name]["required"] for name in ("API-Version", "Vary")] == [True, True]
    assert list(UNSUPPORTED_VERSION) == [400]
    assert "headers" not in UNSUPPORTED_VERSION[400]

"""`app.http.health`: 200 while the database answers, else 503, and never from a cache."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.http.application import Application
from app.http.database import engine
from app.http.health import router
from tests.conftest import checked_client


@pytest.fixture(autouse=True)
def own_engine() -> Iterator[None]:
    """Have an engine for the settings of the test."""
    engine.cache_clear()
    yield
    engine().dispose()
    engine.cache_clear()


def client() -> TestClient:
    """Return a client of an application that has the route and no other."""
    app = Application()
    app.include_router(router)
    return checked_client(app, app.openapi())


def test_ready() -> None:
    """The database answers."""
    response = client().get("/health/ready")
    assert (response.status_code, response.json()) == (200, {"status": "ready"})
    assert response.headers["cache-control"] == "no-store"


def test_not_ready(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It does not, and whoever asks learns when to ask again."""
    monkeypatch.setenv("APP_DATABASE_URL", f"sqlite:///{tmp_path.as_posix()}/missing/app.db")
    response = client().get("/health/ready")
    assert (response.status_code, response.json()) == (503, {"detail": "Unavailable for now"})
    assert (response.headers["retry-after"], response.headers["cache-control"]) == ("5", "no-store")


def test_no_endpoint_has_its_name() -> None:
    """Such as `health_ready`, which an endpoint may be called."""
    app = Application()
    app.include_router(router)
    assert app.openapi()["paths"]["/health/ready"]["get"]["operationId"] == "health-ready"


def test_every_application_has_it(document: dict[str, Any]) -> None:
    """Unless its owner has an endpoint at this path."""
    assert "get" in document["paths"]["/health/ready"]

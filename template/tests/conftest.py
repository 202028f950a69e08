"""What all tests share: the application, and clients that check every answer."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from app.http.application import Application
from app.settings import Settings, kinds
from tests.wire import check_every_answer, exposed, undocumented


def checked_client(app: Application, document: dict[str, Any], **options: Any) -> TestClient:
    """Return a client that compares each answer with the document, and follows no redirects.

    It speaks https, as `Secure` cookies need it. An application of another class may have
    middleware that the document does not describe.
    """
    complete = isinstance(app, Application)

    def check(response: Response) -> None:
        wrong = [*undocumented(response, document, complete=complete), *exposed(response, document)]
        assert wrong == [], f"{response.request.method} {response.request.url}"

    client = TestClient(app, "https://testserver", follow_redirects=False, **options)
    client.event_hooks = {"response": [check]}
    return client


@pytest.fixture(autouse=True)
def rules_of_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check every answer that a test client receives, from whichever application.

    A module that wants to see broken answers has an empty fixture of this name.
    """
    check_every_answer(monkeypatch)


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the settings of whoever runs the tests out of them: variables, and `.env`.

    They are read once for each test, which first sets what it needs. It may empty its database.
    """
    for kind in kinds(Settings):
        monkeypatch.setitem(kind.model_config, "env_file", None)
        for name in kind.model_fields:
            monkeypatch.delenv(f"{kind.model_config['env_prefix']}{name}".upper(), raising=False)
    file = tmp_path_factory.getbasetemp() / "test.db"
    monkeypatch.setenv("APP_DATABASE_URL", os.getenv("TEST_DATABASE_URL") or f"sqlite:///{file}")
    monkeypatch.setenv("APP_TRUSTED_HOSTS", "testserver")
    Settings.forget()


@pytest.fixture(scope="session")
def service() -> Application:
    """Return the application, made once for all tests."""
    from app.main import create_app

    service: Application = create_app()
    return service


@pytest.fixture(scope="session")
def document(service: Application) -> dict[str, Any]:
    """Return the OpenAPI document."""
    return service.openapi()


@pytest.fixture
def app(service: Application) -> Iterator[Application]:
    """Yield the application; dependencies that a test overrides are restored after it."""
    before = dict(service.dependency_overrides)
    yield service
    service.dependency_overrides = before


@pytest.fixture
def client(app: Application, document: dict[str, Any]) -> Iterator[TestClient]:
    """Yield a client; an exception that the application does not handle fails the test."""
    with checked_client(app, document) as client:
        yield client


@pytest.fixture
def lenient_client(app: Application, document: dict[str, Any]) -> Iterator[TestClient]:
    """Yield a client that sees the answer 500 instead of the exception behind it."""
    with checked_client(app, document, raise_server_exceptions=False) as client:
        yield client

"""A database for each test that asks for one."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import endpoints  # noqa: F401 - imports all tables
from app.http.database import Base, engine


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Have empty tables: in a file of the test's own, or in what TEST_DATABASE_URL names."""
    url = os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{tmp_path / 'test.db'}"
    monkeypatch.setenv("APP_DATABASE_URL", url)
    engine.cache_clear()
    Base.metadata.create_all(engine())
    yield
    Base.metadata.drop_all(engine())
    engine().dispose()
    engine.cache_clear()

"""A database for each test that asks for one."""

from collections.abc import Iterator

import pytest

from app import endpoints  # noqa: F401 - imports all tables
from app.http.database import Base, engine


@pytest.fixture
def database() -> Iterator[None]:
    """Have empty tables: in a file of SQLite's, or in the database that TEST_DATABASE_URL names."""
    engine.cache_clear()
    Base.metadata.create_all(engine())
    yield
    Base.metadata.drop_all(engine())
    engine().dispose()
    engine.cache_clear()

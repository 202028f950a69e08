"""Databases for generated projects: a file of SQLite's, and a PostgreSQL if one is named."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

NAMED = "TEST_DATABASE_URL"


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """Yield the URL of an empty database; skip where no PostgreSQL is named."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'rows.db'}"
        return
    if NAMED not in os.environ:
        pytest.skip(f"{NAMED} names no PostgreSQL")
    url = make_url(os.environ[NAMED])
    name = f"test_{uuid4().hex}"
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()

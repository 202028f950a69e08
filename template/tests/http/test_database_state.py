"""`app.http.database_state`: what a database does besides what each store promises.

The promises are those of `test_state.py`, which is run with this store, too.
"""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from app.http.database import engine
from app.http.database_state import CLEANED, DatabaseStore, StateRow, open_database
from app.http.state import StateError, StateUnavailable, open_store
from app.settings import Settings

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    """What servers use."""
    return "asyncio"


@pytest.fixture(autouse=True)
def table() -> Iterator[None]:
    """Have an empty table."""
    engine.cache_clear()
    own = engine()
    tables = [StateRow.metadata.tables["state_entries"]]
    StateRow.metadata.create_all(own, tables)
    yield
    StateRow.metadata.drop_all(own, tables)
    own.dispose()
    engine().dispose()
    engine.cache_clear()


def stored() -> int | None:
    """Return how many rows there are, expired or not."""
    with engine().connect() as connection:
        return connection.scalar(select(func.count()).select_from(StateRow))


async def test_a_restart_keeps_it() -> None:
    """As does another worker."""
    async with open_store("database://", open_database) as store:
        await store.set("key", b"value", ttl=30)
    engine().dispose()
    engine.cache_clear()
    async with open_store("database://", open_database) as store:
        assert await store.get("key") == b"value"


async def test_what_has_expired_is_removed() -> None:
    """Now and then, when something is stored."""
    now = 1_000.0
    store = DatabaseStore(clock=lambda: now)
    await store.set("a", b"", ttl=10)
    await store.set("b", b"", ttl=CLEANED * 3)
    now += CLEANED - 1
    await store.set("c", b"", ttl=CLEANED * 3)
    assert stored() == 3
    now += 1
    assert await store.add("d", b"", ttl=10) is True
    assert stored() == 3
    assert await store.get("b") == b""


async def test_a_missing_table_is_told() -> None:
    """The service does not start, and one line says what to do."""
    with engine().begin() as connection:
        connection.execute(text("ALTER TABLE state_entries RENAME TO other"))
    with pytest.raises(StateError, match=r"no table state_entries; run alembic upgrade head\Z"):
        async with open_database():
            pass
    with engine().begin() as connection:
        connection.execute(text("ALTER TABLE other RENAME TO state_entries"))


async def test_a_database_that_is_down(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The service starts, says 503 where state is needed, and shows no value."""
    caplog.set_level(logging.ERROR)
    good = engine()
    monkeypatch.setenv("APP_DATABASE_URL", f"sqlite:///{tmp_path.as_posix()}/missing/app.db")
    Settings.forget()
    engine.cache_clear()
    async with open_database() as store:
        for asked in (store.get("key"), store.set("key", b"secret", ttl=30), store.take("key")):
            with pytest.raises(StateUnavailable):
                await asked
        assert "unable to open database file" in caplog.text
        assert "secret" not in caplog.text
        engine().dispose()
        monkeypatch.setattr("app.http.database_state.engine", lambda: good)
        await store.set("key", b"value", ttl=30)
        assert await store.get("key") == b"value"


async def test_others_are_served_while_it_waits() -> None:
    """Another writer holds the database, and the event loop goes on."""
    store = DatabaseStore()
    await store.set("key", b"value", ttl=30)
    with engine().begin() as connection:
        connection.execute(text("UPDATE state_entries SET value = value"))
        taken = asyncio.ensure_future(store.take("key"))
        await asyncio.sleep(0.2)
        assert not taken.done()
    assert await asyncio.wait_for(taken, 10) == b"value"

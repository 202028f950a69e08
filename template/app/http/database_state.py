"""State in the database of `APP_DATABASE_URL`: all workers share it, and a restart keeps it.

Each operation is one statement, so that of several writers at once one wins, in SQLite as in
PostgreSQL. It waits in a thread, while the event loop serves others.
"""

import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from anyio import to_thread
from sqlalchemy import Executable, LargeBinary, Result, delete, inspect, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Mapped, mapped_column

from app.http.database import Base, engine
from app.http.state import StateError, StateUnavailable, Store, checked_ttl

CLEANED = 60
"""Seconds after which a process looks again for what has expired."""

logger = logging.getLogger(__name__)


class StateRow(Base):
    """A value, and when it ends, in seconds since 1970."""

    __tablename__ = "state_entries"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[bytes] = mapped_column(LargeBinary)
    ends: Mapped[float] = mapped_column(index=True)


class DatabaseStore:
    """A store in a table. What has expired is not there any more, and removed by the way."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._cleaned = clock()

    async def get(self, key: str) -> bytes | None:
        """Return the value, or None."""
        found: bytes | None = await _value(select(StateRow.value).where(*self._there(key)))
        return found

    async def set(self, key: str, value: bytes, *, ttl: float) -> None:
        """Keep the value, in place of any other."""
        await self._insert(key, value, ttl)

    async def add(self, key: str, value: bytes, *, ttl: float) -> bool:
        """Keep the value unless the key has one."""
        return await self._insert(key, value, ttl, StateRow.ends <= self._clock())

    async def touch(self, key: str, *, ttl: float) -> bool:
        """Keep the value that is there for `ttl` seconds from now."""
        ends = self._clock() + checked_ttl(ttl)
        touched = update(StateRow).where(*self._there(key)).values(ends=ends)
        return await _value(touched.returning(StateRow.key)) is not None

    async def take(self, key: str) -> bytes | None:
        """Forget the value and return it."""
        there = delete(StateRow).where(*self._there(key))
        taken: bytes | None = await _value(there.returning(StateRow.value))
        return taken

    async def delete(self, key: str) -> None:
        """Forget the value, if there is one."""
        await _value(delete(StateRow).where(StateRow.key == key).returning(StateRow.key))

    def _there(self, key: str) -> Any:
        return StateRow.key == key, StateRow.ends > self._clock()

    async def _insert(self, key: str, value: bytes, ttl: float, *replaced: Any) -> bool:
        """Insert a row, or write over one that is like this; say whether that was done."""
        new = {"value": value, "ends": self._clock() + checked_ttl(ttl)}

        def statement(dialect: str) -> Executable:
            insert: Any = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}[dialect]
            inserted = insert(StateRow).values(key=key, **new)
            written = inserted.on_conflict_do_update(
                index_elements=[StateRow.key],
                set_=new,
                where=replaced[0] if replaced else None,
            )
            return written.returning(StateRow.key)  # type: ignore[no-any-return]

        await self._clean()
        return await _value(statement) is not None

    async def _clean(self) -> None:
        """Now and then, remove what has expired; what another process removes is left to it."""
        now = self._clock()
        if now - self._cleaned < CLEANED:
            return
        self._cleaned = now
        expired = select(StateRow.key).where(StateRow.ends <= now)
        mine = expired.with_for_update(skip_locked=True)
        await _value(delete(StateRow).where(StateRow.key.in_(mine)).returning(StateRow.key))


async def _value(statement: Executable | Callable[[str], Executable]) -> Any:
    """Return the first value of what a statement returns, or None, when all is stored."""

    def ask() -> Any:
        with _database_needed(), engine().begin() as connection:
            asked = statement(connection.dialect.name) if callable(statement) else statement
            result: Result[Any] = connection.execute(asked)
            return result.scalar()

    return await to_thread.run_sync(ask)


@contextmanager
def _database_needed() -> Iterator[None]:
    """Turn an error of the database within the block into `StateUnavailable`, and log why."""
    try:
        yield
    except (DBAPIError, PoolTimeoutError) as error:
        logger.error("State is not available: the database has failed: %s", error)
        raise StateUnavailable from None


@asynccontextmanager
async def open_database() -> AsyncIterator[Store]:
    """Open the store. A database that does not answer yet may do so when it is asked.

    Raises `StateError` when it has no table for state.
    """

    def has_table() -> bool:
        with _database_needed():
            return inspect(engine()).has_table(StateRow.__tablename__)

    try:
        is_there = await to_thread.run_sync(has_table)
    except StateUnavailable:
        is_there = True
    if not is_there:
        table = StateRow.__tablename__
        raise StateError(
            f"APP_STATE_URL: the database has no table {table}; run alembic upgrade head"
        )
    yield DatabaseStore()

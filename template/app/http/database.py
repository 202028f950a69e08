"""The database: its engine, its sessions, and what its errors are to clients.

An endpoint is a plain `def`, since drivers block, and opens a `new_session()` itself. It has given
the connection back when it returns. A session that a dependency yields holds it longer, while
FastAPI waits for a thread to validate the answer in: with more requests at a time than threads, all
threads wait for a connection, and those that have one wait for a thread.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, partial
from hashlib import sha256
from sqlite3 import SQLITE_ERROR
from time import monotonic
from typing import Annotated, Any, TypeVar, TypeVarTuple

from fastapi import HTTPException
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, Field, SecretStr, TypeAdapter
from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Double,
    Engine,
    Integer,
    MetaData,
    Numeric,
    Row,
    Select,
    String,
    create_engine,
    event,
    make_url,
    select,
)
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InvalidatePoolError,
    NotSupportedError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    declared_attr,
    mapped_column,
)
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from app.http.addresses import HOST, LOGIN, PATH, QUERY, address
from app.http.unavailable import unavailable
from app.http.violations import ask_sqlite, conflict
from app.settings import Settings

RETRY_AFTER = 5
"""Seconds after which clients come back when the database has failed."""

TIMEOUT = 5
"""Seconds to wait for a connection, for a free one of the pool, and for other writers in SQLite."""

TRUSTED = 1
"""Seconds that a connection may lie idle and still be used without being tried first."""

BATCH = 1_000
"""How many rows a stream reads at a time."""

LONGEST_TAG = 64
"""How many characters the versions of rows may be; a digest stands for more."""

logger = logging.getLogger(__name__)


def _known_to_driver(url: SecretStr) -> SecretStr:
    """Refuse what could not be connected to, whether a database answers there or not."""
    text = url.get_secret_value()
    try:
        driver: Any = make_url(text).get_dialect().import_dbapi()
    except ImportError:
        raise ValueError("psycopg is not installed; install the extra postgresql") from None
    if text.startswith("postgresql:"):
        try:
            driver.conninfo.conninfo_to_dict(text)
        except driver.Error:
            raise ValueError("PostgreSQL does not know its options") from None
    return url


DatabaseURL = Annotated[
    SecretStr,
    address(
        rf"sqlite:///(?!:memory:)[^\r\n?#]+|postgresql://{LOGIN}{HOST}{PATH}{QUERY}",
        "sqlite:///app.db or postgresql://user:password@host:5432/name",
    ),
    AfterValidator(_known_to_driver),
]


class DatabaseSettings(Settings):
    """Where rows are kept, and how many connections this process opens at most."""

    database_url: DatabaseURL = SecretStr("sqlite:///app.db")
    database_pool_size: Annotated[int, Field(ge=1, le=1_000)] = 10


# Columns

Int64 = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
"""A number that rows are looked up by: one that no column holds is refused where it stands."""


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal as it is: NUMERIC, and in SQLite, which would make a float of it, text.

    Text has another order than numbers: neither sort nor compare by such a column.
    """

    impl = Numeric().with_variant(String(), "sqlite")
    cache_ok = True
    in_migrations = "sa.Numeric().with_variant(sa.String(), 'sqlite')"

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """Return what is stored."""
        return str(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Return what was stored."""
        return None if value is None else Decimal(value)


class UtcDateTime(TypeDecorator[datetime]):
    """A time with a zone, in UTC; SQLite keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True
    in_migrations = "sa.DateTime(timezone=True)"

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return what is stored."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return what was stored."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class AsJson(TypeDecorator[Any]):
    """Whatever Pydantic can read and write, such as `AsJson(list[str])`, in a column of JSON."""

    impl = JSON(none_as_null=True)
    cache_ok = True
    in_migrations = "sa.JSON()"

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Return what is stored."""
        if value is None:
            return None
        return _adapter(self.kind).dump_python(value, mode="json", by_alias=True)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Return what was stored."""
        return None if value is None else _adapter(self.kind).validate_python(value)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


class Base(DeclarativeBase):
    """What every table has: names for its constraints, and columns that hold what Python does."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it, and nobody changes it
        int: BigInteger().with_variant(Integer(), "sqlite"),
        float: Double(),
        datetime: UtcDateTime(),
        Decimal: ExactDecimal(),
    }


class Versioned(Base):
    """Rows that count their changes; a write to a version that is not there any more fails."""

    __abstract__ = True

    version: Mapped[int] = mapped_column()

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        """Have the database compare versions where it writes."""
        return {"version_id_col": cls.version}

    @property
    def version_tag(self) -> str:
        """Return what the ETag of a row is made of: another text for each version."""
        return str(self.version)


def tag_of(version: int, *others: Versioned | None) -> str:
    """Return the tag of a row that is answered with others: another when any of them changes."""
    text = "-".join([str(version), *(row.version_tag for row in others if row is not None)])
    return text if len(text) <= LONGEST_TAG else sha256(text.encode()).hexdigest()


# Sessions


@cache
def engine() -> Engine:
    """Return the engine, made when it is first asked for."""
    settings = DatabaseSettings.current()
    url = make_url(settings.database_url.get_secret_value())
    is_sqlite = url.get_backend_name() == "sqlite"
    made = create_engine(
        url,
        pool_size=settings.database_pool_size,
        max_overflow=0,
        pool_timeout=TIMEOUT,
        pool_recycle=1800,
        hide_parameters=True,  # rows are no business of a log
        connect_args={"timeout" if is_sqlite else "connect_timeout": TIMEOUT},
    )
    event.listen(made, "checkin", _note_use)
    event.listen(made, "checkout", partial(_try_idle, made.dialect))
    if is_sqlite:
        event.listen(made, "connect", _prepare_sqlite)
        event.listen(made, "handle_error", ask_sqlite)
    return made


def _note_use(_: Any, entry: ConnectionPoolEntry) -> None:
    entry.info["used"] = monotonic()


def _try_idle(dialect: Dialect, connection: Any, entry: ConnectionPoolEntry, _: Any) -> None:
    """Have a connection replaced that the server has closed while nobody used it.

    `pool_pre_ping` tries each one each time, which is a question more for every request.
    """
    idle = monotonic() - entry.info.get("used", monotonic())
    if idle <= TRUSTED:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error:
        raise InvalidatePoolError from None


def _prepare_sqlite(connection: Any, _: Any) -> None:
    """Check foreign keys, and let others read while one writes."""
    for pragma in ("foreign_keys = ON", "journal_mode = WAL", "synchronous = NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


@contextmanager
def new_session() -> Iterator[Session]:
    """Yield a session, and commit what was done in it; an exception undoes that.

    It is committed when an endpoint returns from it, so that no answer is untrue.
    """
    with told_to_clients(), Session(engine(), expire_on_commit=False) as session:
        yield session
        session.commit()


@contextmanager
def told_to_clients() -> Iterator[None]:
    """Turn what a database refuses into the answer that says so.

    What contradicts other rows is a 409, a version that another writer was faster to replace a 412,
    a value that no column can hold a 422, and a database that cannot be asked a 503. What is a
    mistake in a statement stays one, and so is a table that is missing.
    """
    try:
        yield
    except StaleDataError:
        raise HTTPException(412, "It has changed since you read it") from None
    except IntegrityError as error:
        reason = conflict(error, Base.metadata, engine().dialect)
        if reason is None:
            raise
        raise HTTPException(409, reason) from None
    except (DataError, OverflowError) as error:
        is_read = str(getattr(error, "statement", "")).startswith("SELECT")
        place = "query" if is_read else "body"
        problem = {"type": "out_of_range", "loc": (place,), "msg": "A value cannot be stored"}
        raise RequestValidationError([problem]) from None
    except (ProgrammingError, NotSupportedError):
        raise
    except (DBAPIError, PoolTimeoutError) as error:
        # SQLite has one code for all mistakes in statements, and calls them operational.
        if isinstance(error, DBAPIError) and _sqlite_code(error) == SQLITE_ERROR:
            raise
        logger.error("The database has failed: %s", error)
        raise unavailable(retry_after=RETRY_AFTER) from None


def _sqlite_code(error: DBAPIError) -> int | None:
    return getattr(error.orig, "sqlite_errorcode", None)


def reachable() -> None:
    """Answer 503 before a stream begins when the database does not answer; a dependency."""
    with told_to_clients(), engine().connect() as connection:
        connection.execute(select(1))


# Rows

Key = TypeVar("Key")
Columns = TypeVarTuple("Columns")


def save(session: Session, row: Versioned) -> None:
    """Write a row as a new version, even if nothing in it is another than before."""
    flag_modified(row, "id")
    session.flush()


def in_batches(statement: Select[Key, *Columns], size: int = BATCH) -> Iterator[Row[Key, *Columns]]:
    """Yield what is selected in the order of the first column, which is a key, a batch at a time.

    Each batch has a session of its own, so that none is open while a client reads the last one.
    Columns take a fifth of the time of whole rows.
    """
    key = statement.selected_columns[0]
    wanted = statement.order_by(key).limit(size)
    rows = _read(wanted)
    while rows:
        yield from rows
        rows = _read(wanted.where(key > rows[-1][0])) if len(rows) == size else []


def _read(statement: Select[Key, *Columns]) -> Sequence[Row[Key, *Columns]]:
    with new_session() as session:
        return session.execute(statement).all()

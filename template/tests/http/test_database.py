"""Columns that keep what Python holds, sessions, and what clients are told of their errors."""

import json
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fastapi import HTTPException
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, SecretStr, TypeAdapter, ValidationError
from sqlalchemy import (
    URL,
    CheckConstraint,
    Column,
    Engine,
    Integer,
    MetaData,
    Table,
    create_engine,
    event,
    make_url,
    select,
)
from sqlalchemy.exc import DataError, OperationalError, ProgrammingError
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.schema import CreateTable

from app.http.database import (
    AsJson,
    Base,
    DatabaseSettings,
    Int64,
    UtcDateTime,
    Versioned,
    engine,
    in_batches,
    new_session,
    reachable,
    save,
    tag_of,
    told_to_clients,
)
from app.settings import Settings

ADDRESSES = "sqlite:///app.db or postgresql://user:password@host:5432/name, in which"
NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


class Place(BaseModel):
    """What is kept as JSON, as it is on the wire."""

    city: str = Field(alias="cityName")
    since: date


BERN = Place(cityName="Bern", since=date(1191, 1, 31))


class Apart(Versioned):
    """Tables that migrations do not know."""

    __abstract__ = True
    metadata = MetaData()


class Thing(Apart):
    """A row with a column of each kind."""

    __tablename__ = "test_things"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    price: Mapped[Decimal | None]
    at: Mapped[datetime | None]
    places: Mapped[list[Place] | None] = mapped_column(AsJson(list[Place]))


@pytest.fixture(autouse=True)
def table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Have an empty table in a database of SQLite's, in the folder of the test."""
    monkeypatch.setenv("APP_DATABASE_URL", f"sqlite:///{(tmp_path / 'things.db').as_posix()}")
    monkeypatch.setenv("APP_DATABASE_POOL_SIZE", "1")
    engine.cache_clear()
    Apart.metadata.create_all(engine())
    yield
    engine().dispose()
    engine.cache_clear()


def store(**values: Any) -> int:
    """Store one thing, and return its id."""
    with new_session() as session:
        thing = Thing(**{"name": "a", **values})
        session.add(thing)
        session.flush()
        return thing.id


def stored(key: int) -> Thing:
    """Return a thing as the database has it."""
    with new_session() as session:
        return session.get_one(Thing, key)


def write(thing: Thing) -> None:
    """Write a thing as it is known."""
    with new_session() as session:
        session.add(thing)
        save(session, thing)


def fail() -> None:
    """Ask for something, and fail before it is done."""
    with new_session() as session:
        session.scalars(select(Thing)).all()
        raise ZeroDivisionError


@pytest.mark.parametrize("price", ["0.10", "1E+30", "-12345678901234567890.123456789", None])
def test_decimals_are_exact(price: str | None) -> None:
    """Not a digit is lost, and none comes."""
    value = None if price is None else Decimal(price)
    assert repr(stored(store(price=value)).price) == repr(value)


def test_times_are_in_utc() -> None:
    """Whichever zone they came in, and in whichever a database has them."""
    at = NOON.astimezone(timezone(timedelta(hours=-7)))
    given = UtcDateTime().process_result_value(at, engine().dialect)
    for found in (given, stored(store(at=at)).at):
        assert (found, found and found.tzinfo) == (NOON, UTC)
    assert stored(store(name="b")).at is None


def test_models_are_kept_as_json() -> None:
    """They come back as what they were, and nothing as nothing."""
    assert stored(store(places=[BERN])).places == [BERN]
    assert stored(store(name="b")).places is None
    with engine().connect() as connection:
        kept = connection.exec_driver_sql("SELECT places FROM test_things ORDER BY id").all()
    assert json.loads(kept[0][0]) == [{"cityName": "Bern", "since": "1191-01-31"}]
    assert kept[1][0] is None


def test_tables_are_made_alike() -> None:
    """Columns in their order, and names for what a later migration may have to change."""
    dialect = make_url("postgresql://host/rows").get_dialect()()
    made = str(CreateTable(Apart.metadata.tables["test_things"]).compile(dialect=dialect))
    columns = re.findall(r"^\t(\w+ [A-Z ]+?)(?: NOT NULL|,|$)", made, re.MULTILINE)
    assert columns == [
        "id BIGSERIAL",
        "name VARCHAR",
        "price NUMERIC",
        "at TIMESTAMP WITH TIME ZONE",
        "places JSON",
        "version BIGINT",
    ]
    box = Table("boxes", MetaData(naming_convention=Base.metadata.naming_convention))
    box.append_column(Column("size", Integer, primary_key=True, index=True))
    box.append_constraint(CheckConstraint("size > 0", name="size"))
    names = {one.name for one in box.constraints} | {one.name for one in box.indexes}
    assert names == {"pk_boxes", "ix_boxes_size", "ck_boxes_size"}


@pytest.mark.parametrize(
    ("url", "wait"),
    [("sqlite:///app.db", "timeout"), ("postgresql://host/rows", "connect_timeout")],
)
def test_nobody_waits_long(monkeypatch: pytest.MonkeyPatch, url: str, wait: str) -> None:
    """Neither for a connection nor for a free one."""
    given: dict[str, Any] = {}

    def note(url: URL, **options: Any) -> Engine:
        given.update(options)
        return create_engine(url, **options)

    monkeypatch.setattr("app.http.database.create_engine", note)
    monkeypatch.setenv("APP_DATABASE_URL", url)
    Settings.forget()
    engine.cache_clear()
    engine()
    assert given == {
        "pool_size": 1,
        "max_overflow": 0,
        "pool_timeout": 5,
        "pool_recycle": 1800,
        "hide_parameters": True,
        "connect_args": {wait: 5},
    }


@pytest.mark.parametrize(
    ("idle", "expected"), [(1, pytest.raises(ProgrammingError)), (1.1, nullcontext())]
)
def test_a_closed_connection_is_replaced(
    monkeypatch: pytest.MonkeyPatch, idle: float, expected: AbstractContextManager[Any]
) -> None:
    """It is tried when it was idle for more than a second, but not for every request.

    Whoever asks whether the database answers is told so in any case.
    """
    moments = [10, 10 + idle]
    monkeypatch.setattr("app.http.database.monotonic", lambda: moments[0])
    with engine().connect() as connection:
        driven = connection.connection.driver_connection
    assert driven is not None
    driven.close()
    moments.pop(0)
    with expected:
        reachable()


def test_a_taken_value_is_named() -> None:
    """It is a 409, and nothing of the session is stored."""
    store()
    with pytest.raises(HTTPException) as refused, new_session() as session:
        session.add_all([Thing(name="b"), Thing(name="a")])
    assert (refused.value.status_code, refused.value.detail) == (409, "The name is taken")
    with new_session() as session:
        assert session.scalars(select(Thing.name)).all() == ["a"]


def test_every_write_is_a_new_version() -> None:
    """Also one that changes nothing."""
    key = store()
    thing = stored(key)
    write(thing)
    assert thing.version == 2
    assert stored(key).version == 2


def test_a_write_between_is_told() -> None:
    """Who has read a version that is not there any more does not write."""
    key = store()
    known = stored(key)
    write(stored(key))
    with pytest.raises(HTTPException) as refused:
        write(known)
    assert refused.value.status_code == 412


def test_what_no_column_holds_is_invalid() -> None:
    """A number of more than 64 bits is the client's mistake."""
    with pytest.raises(RequestValidationError):
        store(id=2**70)


@pytest.mark.parametrize(
    ("file", "why"),
    [("missing/app.db", "unable to open database file"), ("broken.db", "file is not a database")],
)
def test_a_database_that_is_down(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    file: str,
    why: str,
) -> None:
    """It is a 503 that says when to come back, with the reason in the log, and then over."""
    caplog.set_level(logging.ERROR)
    good = engine()
    (tmp_path / "broken.db").write_bytes(b"broken" * 1_000)
    monkeypatch.setenv("APP_DATABASE_URL", f"sqlite:///{(tmp_path / file).as_posix()}")
    Settings.forget()
    engine.cache_clear()
    for ask in (reachable, store):
        with pytest.raises(HTTPException) as refused:
            ask()
        assert refused.value.status_code == 503
        assert (refused.value.headers or {})["Retry-After"] == "5"
    assert why in caplog.text
    engine().dispose()
    monkeypatch.setattr("app.http.database.engine", lambda: good)
    reachable()


def test_mistakes_stay_mistakes() -> None:
    """Nobody should wait for them to pass."""
    with pytest.raises(ProgrammingError), told_to_clients():
        raise ProgrammingError("SELECT", None, Exception())


def test_a_missing_table_is_a_mistake() -> None:
    """SQLite calls that operational, as it does what passes."""
    Apart.metadata.drop_all(engine())
    with pytest.raises(OperationalError, match="no such table"):
        store()


@pytest.mark.parametrize(("statement", "place"), [("SELECT name", "query"), ("INSERT", "body")])
def test_what_is_out_of_range_is_found(statement: str, place: str) -> None:
    """What is read is asked for by the query, and what is written is in the body."""
    with pytest.raises(RequestValidationError) as refused, told_to_clients():
        raise DataError(statement, None, Exception())
    assert refused.value.errors() == [
        {"type": "out_of_range", "loc": (place,), "msg": "A value cannot be stored"}
    ]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("mysql://me:secret@host/rows", f"it is no address such as {ADDRESSES}"),
        ("postgresql://me:sec/ret@host/rows", f"it is no address such as {ADDRESSES}"),
        ("sqlite:///:memory:", f"it is no address such as {ADDRESSES}"),
        ("postgresql://me:secret@host/rows?sslmod=secret", "PostgreSQL does not know its options"),
    ],
)
def test_settings_refuse_other_addresses(url: str, why: str) -> None:
    """Before the service starts, and without a part of the password."""
    with pytest.raises(ValidationError) as refused:
        DatabaseSettings(database_url=SecretStr(url))
    assert refused.value.errors()[0]["msg"].startswith(f"Value error, {why}")
    assert "secret" not in str(refused.value)


def test_settings_have_a_file_and_ten_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing is set; a pool has one at least, and not more than a server could have."""
    monkeypatch.delenv("APP_DATABASE_URL")
    monkeypatch.delenv("APP_DATABASE_POOL_SIZE")
    found = DatabaseSettings()
    assert found.database_url.get_secret_value() == "sqlite:///app.db"
    assert found.database_pool_size == 10
    for size in (1, 1_000):
        assert DatabaseSettings(database_pool_size=size).database_pool_size == size
    for size in (0, 1_001):
        with pytest.raises(ValidationError):
            DatabaseSettings(database_pool_size=size)


@pytest.mark.parametrize("sign", [1, -1])
def test_numbers_of_64_bits(sign: int) -> None:
    """No more are taken, as no column holds more."""
    numbers: TypeAdapter[int] = TypeAdapter(Int64)
    last = sign * 2**63 - (sign > 0)
    assert numbers.validate_python(last) == last
    with pytest.raises(ValidationError):
        numbers.validate_python(last + sign)


def test_a_tag_does_not_grow() -> None:
    """It stands for each version; of many, a digest does."""
    row = Thing(version=2)
    assert tag_of(1, row, None) == "1-2"
    assert tag_of(10**63) == f"1{63 * '0'}"
    digests = {tag_of(10**64), tag_of(10**64, row)}
    assert [len(digest) for digest in digests] == [64, 64]


@pytest.mark.parametrize(
    "url", ["sqlite:///app.db", "sqlite:////var/my rows/app.db", "postgresql://me:s%2F@host/rows"]
)
def test_settings_take_addresses(url: str) -> None:
    """Of both kinds."""
    assert DatabaseSettings(database_url=SecretStr(url)).database_url.get_secret_value() == url


def test_settings_need_a_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    """That of PostgreSQL is an extra, and missed when the service starts."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ValidationError) as refused:
        DatabaseSettings(database_url=SecretStr("postgresql://host/rows"))
    why = "psycopg is not installed; install the extra postgresql"
    assert refused.value.errors()[0]["msg"] == f"Value error, {why}"


def test_connections_are_given_back() -> None:
    """A batch holds none while it is read, nor does an exception: the pool has one."""
    with new_session() as session:
        session.add_all(Thing(name=str(number)) for number in range(5))
    names = []
    for _, name in in_batches(select(Thing.id, Thing.name), size=2):
        names.append(name)
        with pytest.raises(ZeroDivisionError):
            fail()
    assert names == ["0", "1", "2", "3", "4"]


def test_batches_are_no_more_than_needed() -> None:
    """One query for each, and one that finds nothing only where the last one was full."""
    with new_session() as session:
        session.add_all(Thing(name=str(number)) for number in range(5))
    asked: list[str] = []

    @event.listens_for(Session, "do_orm_execute")
    def note(state: Any) -> None:
        asked.append(str(state.statement))

    try:
        assert len(list(in_batches(select(Thing.id, Thing), size=2))) == 5
    finally:
        event.remove(Session, "do_orm_execute", note)
    assert len(asked) == 3


def test_sqlite_checks_and_waits() -> None:
    """Foreign keys are checked, and readers do not wait for writers."""
    with engine().connect() as connection:
        said = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("foreign_keys", "journal_mode", "busy_timeout", "synchronous")
        ]
    assert said == [1, "wal", 5000, 1]

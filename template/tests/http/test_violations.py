"""Which foreign keys SQLite is asked for, and what the names of PostgreSQL mean."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import HTTPException
from sqlalchemy import ForeignKey, MetaData, create_engine, delete, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from app.http.database import Base, engine, new_session
from app.http.violations import AT_ONCE, conflict


class Apart(Base):
    """Tables that migrations do not know."""

    __abstract__ = True
    metadata = MetaData(naming_convention=Base.metadata.naming_convention)


class Shelf(Apart):
    """A row that others need."""

    __tablename__ = "test_shelves"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class Loan(Apart):
    """A row that needs one which is not a shelf."""

    __tablename__ = "test_loans"

    id: Mapped[int] = mapped_column(primary_key=True)
    copy_id: Mapped[int] = mapped_column(ForeignKey("test_copies.id"))


class Label(Apart):
    """A row that may need a shelf, too."""

    __tablename__ = "test_labels"

    id: Mapped[int] = mapped_column(primary_key=True)
    shelf_id: Mapped[int] = mapped_column(ForeignKey("test_shelves.id"))


class Copy(Apart):
    """A row that needs others."""

    __tablename__ = "test_copies"

    id: Mapped[int] = mapped_column(primary_key=True)
    shelf_id: Mapped[int | None] = mapped_column(ForeignKey("test_shelves.id"))
    former_shelf_id: Mapped[int | None] = mapped_column(ForeignKey("test_shelves.id"))


def write(*rows: Apart, statement: Any = None) -> None:
    """Store rows, and carry out a statement."""
    with new_session() as session:
        session.add_all(rows)
        session.flush()
        if statement is not None:
            session.execute(statement)


@pytest.fixture(autouse=True)
def tables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Have two shelves, and a copy that needs the first and is lent."""
    monkeypatch.setenv("APP_DATABASE_URL", f"sqlite:///{tmp_path / 'test.db'}")
    engine.cache_clear()
    Apart.metadata.create_all(engine())
    write(Shelf(id=1, name="a"), Shelf(id=2, name="b"))
    write(Copy(id=1, shelf_id=1))
    write(Loan(copy_id=1))
    yield
    engine().dispose()
    engine.cache_clear()


def refused(*rows: Apart, statement: Any = None) -> str:
    """Return what is said of a write that contradicts what is stored."""
    with pytest.raises(HTTPException) as caught:
        write(*rows, statement=statement)
    assert caught.value.status_code == 409
    return str(caught.value.detail)


def test_a_missing_row_is_said_by_its_column() -> None:
    """Of an insert and of an update; what is missing in one column may be there in another."""
    assert refused(Copy(shelf_id=3)) == "There is no such shelf_id"
    assert refused(Copy(shelf_id=1, former_shelf_id=3)) == "There is no such former_shelf_id"
    wrong = update(Copy).where(Copy.shelf_id == 1).values(shelf_id=3)
    assert refused(statement=wrong) == "There is no such shelf_id"


def test_one_of_many_is_missing() -> None:
    """More than one statement takes values for."""
    copies = [Copy(shelf_id=1 + number % 2) for number in range(AT_ONCE)]
    assert refused(*copies, Copy(former_shelf_id=3)) == "There is no such former_shelf_id"


def test_a_number_that_no_column_holds_is_missing() -> None:
    """SQLite stops at the first that is missing, and is asked for all."""
    copies = [Copy(id=8, shelf_id=3), Copy(id=9, shelf_id=2**70)]
    assert refused(*copies) == "There is no such shelf_id"


def test_a_row_that_is_needed_is_said_by_the_table() -> None:
    """Whichever rows were to go; the others go."""
    for gone in (delete(Shelf), delete(Shelf).where(Shelf.name == "a")):
        assert refused(statement=gone) == "It is needed by test copies"
    write(Label(shelf_id=2))
    for number, table in ((1, "copies"), (2, "labels")):
        gone = delete(Shelf).where(Shelf.id == number)
        assert refused(statement=gone) == f"It is needed by test {table}"
    write(statement=delete(Label))
    write(statement=delete(Shelf).where(Shelf.id == 2))


def test_a_statement_as_text_is_not_known() -> None:
    """Nobody is told another reason than the right one."""
    with pytest.raises(IntegrityError):
        write(statement=text("INSERT INTO test_copies (shelf_id) VALUES (3)"))


@pytest.mark.parametrize(
    ("name", "statement", "said"),
    [
        ("uq_test_shelves_name", "INSERT", "The name is taken"),
        ("fk_test_copies_shelf_id_test_shelves", "UPDATE", "There is no such shelf_id"),
        ("fk_test_copies_shelf_id_test_shelves", "DELETE FROM", "It is needed by test copies"),
        ("ck_test_shelves_name", "INSERT", None),
        ("pk_test_shelves", "INSERT", None),
    ],
)
def test_names_of_postgresql(name: str, statement: str, said: str | None) -> None:
    """They are those that the tables give."""
    original = Exception("violated")
    original.diag = SimpleNamespace(constraint_name=name)  # type: ignore[attr-defined]
    error = IntegrityError(statement, {}, original)
    assert conflict(error, Apart.metadata, create_engine("sqlite://").dialect) == said

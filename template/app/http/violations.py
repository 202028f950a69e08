"""How a write contradicts what is stored: which constraint of the database it has violated.

PostgreSQL says the name of the constraint. SQLite says the column of a unique value, and nothing of
a foreign key, so that it is asked which row is missing, or which one needs a row that goes.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    Dialect,
    ExceptionContext,
    ForeignKeyConstraint,
    MetaData,
    Table,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.exc import IntegrityError, StatementError

AT_ONCE = 1_000
"""For how many values SQLite is asked in one statement."""


def conflict(error: IntegrityError, metadata: MetaData, dialect: Dialect) -> str | None:
    """Return what a client is told, or None where the service itself is wrong.

    Args:
        error: what the database says.
        metadata: its tables.
        dialect: how it writes names.
    """
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is None:
        taken = re.fullmatch(r"UNIQUE constraint failed: \w+\.(\w+)", str(error.orig))
        return f"The {taken[1]} is taken" if taken else next(iter(error.detail), None)
    for table in metadata.tables.values():
        for one in table.constraints:
            if not isinstance(one, ForeignKeyConstraint | UniqueConstraint):
                continue
            if dialect.identifier_preparer.format_constraint(one) == diagnosis.constraint_name:
                return _said(one, is_delete=str(error.statement).startswith("DELETE"))
    return None


def ask_sqlite(context: ExceptionContext) -> None:
    """Add to an error of SQLite what a foreign key is about; for the event `handle_error`."""
    error, connection = context.sqlalchemy_exception, context.connection
    ran: Any = context.execution_context
    statement = getattr(getattr(ran, "compiled", None), "statement", None)
    table = getattr(statement, "table", None)
    is_violated = str(context.original_exception) == "FOREIGN KEY constraint failed"
    if not (is_violated and error and connection and isinstance(table, Table)):
        return
    if isinstance(statement, Delete):
        found = _needing(connection, table, statement.whereclause, ran.compiled_parameters[0])
    else:
        found = _missing(connection, table, ran.compiled_parameters)
    for key in found:
        error.add_detail(_said(key, is_delete=isinstance(statement, Delete)))


def _needing(
    connection: Connection, table: Table, gone: ColumnElement[Any] | None, values: dict[str, Any]
) -> Iterator[ForeignKeyConstraint]:
    """Yield the foreign keys of rows that need one that was to go."""
    for other in table.metadata.tables.values():
        for key in other.foreign_key_constraints:
            if key.referred_table.name == table.name and key.ondelete is None:
                pairs = (one.parent == one.column for one in key.elements)
                found = select(func.count()).select_from(other).where(*pairs)
                if connection.scalar(found if gone is None else found.where(gone), values):
                    yield key


def _missing(
    connection: Connection, table: Table, rows: Sequence[dict[str, Any]]
) -> Iterator[ForeignKeyConstraint]:
    """Yield foreign keys of what was to be written for which there is no row."""
    for key in table.foreign_key_constraints:
        one = key.elements[0]
        wanted = list({row[one.parent.key] for row in rows if row.get(one.parent.key) is not None})
        for start in range(0, len(wanted), AT_ONCE):
            part = wanted[start : start + AT_ONCE]
            found = select(func.count()).where(one.column.in_(part))
            try:
                is_there = connection.scalar(found) == len(part)
            except (OverflowError, StatementError):  # a number that no column holds
                is_there = False
            if not is_there:
                yield key
                break


def _said(violated: ForeignKeyConstraint | UniqueConstraint, *, is_delete: bool) -> str:
    columns = ", ".join(violated.columns.keys())
    if isinstance(violated, UniqueConstraint):
        return f"The {columns} is taken"
    if is_delete:
        return f"It is needed by {violated.table.name.replace('_', ' ')}"
    return f"There is no such {columns}"

"""What Alembic runs for each of its commands."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from app import endpoints, middleware  # noqa: F401 - import all tables
from app.http.database import Base, engine


def render_item(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """Write a type of the toolkit as one of SQLAlchemy, as a migration outlives the toolkit."""
    written: str | None = getattr(item, "in_migrations", None) if kind == "type" else None
    return written or False


with engine().connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=render_item,
        render_as_batch=connection.dialect.name == "sqlite",  # it cannot alter a column
    )
    with context.begin_transaction():
        context.run_migrations()

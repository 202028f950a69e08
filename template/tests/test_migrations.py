"""The migrations lead to the tables that the code has."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from app.http.database import engine

FILES = [folder / "alembic.ini" for folder in Path(__file__).parents]
CONFIG = Config(next(file for file in FILES if file.exists()))
FIRST = 'there is no migration yet; run alembic revision --autogenerate -m "..."'


@pytest.mark.skipif(not ScriptDirectory.from_config(CONFIG).get_heads(), reason=FIRST)
def test_migrations_are_complete() -> None:
    """Else `alembic revision --autogenerate` writes what is missing."""
    engine.cache_clear()
    command.upgrade(CONFIG, "head")
    command.check(CONFIG)
    command.downgrade(CONFIG, "base")
    engine().dispose()
    engine.cache_clear()

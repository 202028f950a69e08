"""The migrations lead to the tables that the code has."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from app.http.database import engine

CONFIG = Config(Path(__file__).parents[1] / "alembic.ini")
FIRST = 'there is no migration yet; run alembic revision --autogenerate -m "..."'


@pytest.mark.skipif(not ScriptDirectory.from_config(CONFIG).get_heads(), reason=FIRST)
def test_migrations_are_complete(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Else `alembic revision --autogenerate` writes what is missing."""
    monkeypatch.setenv("APP_DATABASE_URL", f"sqlite:///{tmp_path / 'test.db'}")
    engine.cache_clear()
    command.upgrade(CONFIG, "head")
    command.check(CONFIG)
    command.downgrade(CONFIG, "base")
    engine().dispose()
    engine.cache_clear()

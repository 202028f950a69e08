"""Where state is kept while the toolkit is tested.

In this process, in a Redis if one runs, and in a database if the project can.
"""

import functools
import os
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as NoConnection

from app.http.state import Home

NAME = "app.http.database_state"
TABLE: Any = import_module(NAME) if find_spec(NAME) else None
DATABASE: Home | None = TABLE and TABLE.open_database
"""What opens the store in a database, where there is one."""

LOCAL_REDIS = "redis://127.0.0.1:6379/15"


@functools.cache
def answers(url: str) -> bool:
    """Say whether a Redis answers at that address."""
    with Redis.from_url(url, socket_connect_timeout=1) as redis:
        try:
            redis.ping()
        except NoConnection:
            return False
    return True


@pytest.fixture(params=["memory", "redis", *(["database"] if TABLE else [])])
def state_url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Set APP_STATE_URL and yield it: each test that asks for it runs with all stores.

    TEST_REDIS_URL names the Redis, which then has to answer. Tests use keys that nobody can
    guess, and let them expire: other keys are left alone.
    """
    url = f"{request.param}://"
    if request.param == "redis":
        url = os.environ.get("TEST_REDIS_URL", LOCAL_REDIS)
        if "TEST_REDIS_URL" not in os.environ and not answers(url):
            pytest.skip(f"no Redis answers at {url}; start one, or set TEST_REDIS_URL")
    monkeypatch.setenv("APP_STATE_URL", url)
    if request.param == "database":
        TABLE.engine.cache_clear()
        TABLE.StateRow.__table__.create(TABLE.engine())
    yield url
    if request.param == "database":
        TABLE.StateRow.__table__.drop(TABLE.engine())
        TABLE.engine().dispose()
        TABLE.engine.cache_clear()

"""Where state is kept while the toolkit is tested: in this process, and in a Redis if one runs."""

import functools
import os

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as NoConnection

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


@pytest.fixture(params=["memory", "redis"])
def state_url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Set APP_STATE_URL and return it: each test that asks for it runs with both stores.

    TEST_REDIS_URL names the Redis, which then has to answer. Tests use keys that nobody can
    guess, and let them expire: other keys are left alone.
    """
    url = "memory://"
    if request.param == "redis":
        url = os.environ.get("TEST_REDIS_URL", LOCAL_REDIS)
        if "TEST_REDIS_URL" not in os.environ and not answers(url):
            pytest.skip(f"no Redis answers at {url}; start one, or set TEST_REDIS_URL")
    monkeypatch.setenv("APP_STATE_URL", url)
    return url

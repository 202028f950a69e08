"""State that outlives a request: in this process, or for all workers in Redis or a database.

Endpoints ask for the store with `StateStore`; `OpenState`, listed in `app/middleware.py`, opens it
when the service starts and closes it when it stops.
"""

import logging
import os
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from copy import deepcopy
from typing import Annotated, Any, Protocol

from cachetools import TLRUCache
from fastapi import Depends, HTTPException
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import SecretStr
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, RedisError, TimeoutError
from redis.exceptions import ConnectionError as NoConnection
from redis.maint_notifications import MaintNotificationsConfig
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from app.http.addresses import HOST, LOGIN, PATH, QUERY, address
from app.http.openapi import HeaderDescription, documented_error
from app.settings import Settings, refuse_start

MEMORY_LIMIT = 64 * 2**20
"""How many bytes of a kind a `MemoryStore` holds before it forgets what was used least recently."""

ENTRY_OVERHEAD = 600
"""About how many bytes an entry takes besides its value."""

TIMEOUT = 5.0
"""Seconds after which a Redis that does not answer is an error."""

RETRY_AFTER = 5
"""Seconds after which clients come back when Redis has failed."""

logger = logging.getLogger(__name__)


StateURL = Annotated[
    SecretStr,
    address(
        rf"memory://|database://|rediss?://{LOGIN}{HOST}(?:/[0-9]*)?{QUERY}|unix://{LOGIN}{PATH}{QUERY}",
        "memory:// or redis://user:password@host:6379/0",
    ),
]


class StateSettings(Settings):
    """Where state is kept: `memory://`, or `redis://user:password@host:6379/0`.

    `rediss://` is Redis behind TLS, and `unix:///path` one behind a socket. `database://` is the
    database that APP_DATABASE_URL names.
    """

    state_url: StateURL = SecretStr("memory://")


UNAVAILABLE = documented_error(
    503,
    "State is not available for now",
    HeaderDescription("Retry-After", "In how many seconds to ask again."),
    HeaderDescription("Cache-Control", "Always `no-store`."),
)[503]


class StateError(Exception):
    """The store cannot be opened; the message says why, in one line and without the password."""


class StateUnavailable(HTTPException):
    """Redis or the database has failed while the service runs: 503, with when to come back.

    Nobody knows whether the operation was carried out.
    """

    def __init__(self) -> None:
        headers = {"Retry-After": str(RETRY_AFTER), "Cache-Control": "no-store"}
        super().__init__(503, "Unavailable for now", headers)


class Store(Protocol):
    """Bytes by key, each for at most `ttl` seconds; every operation is atomic.

    A `ttl` that is not above 0 raises `ValueError`; a store that fails, `StateUnavailable`.
    """

    async def get(self, key: str) -> bytes | None:
        """Return the value, or None."""
        ...

    async def set(self, key: str, value: bytes, *, ttl: float) -> None:
        """Keep the value, in place of any other."""
        ...

    async def add(self, key: str, value: bytes, *, ttl: float) -> bool:
        """Keep the value unless the key has one; of several callers, one gets True."""
        ...

    async def touch(self, key: str, *, ttl: float) -> bool:
        """Keep the value that is there for `ttl` seconds from now; say whether there is one."""
        ...

    async def take(self, key: str) -> bytes | None:
        """Forget the value and return it; of several callers, one gets it."""
        ...

    async def delete(self, key: str) -> None:
        """Forget the value, if there is one."""
        ...


class MemoryStore:
    """A store in the memory of this process: no other worker sees it, a restart forgets it.

    Each kind of key, which is what stands before its first colon, takes at most about `limit`
    bytes: then that kind forgets what was used least recently. So nobody is logged out because
    others fill the memory with answers that are kept.
    """

    def __init__(
        self, limit: int = MEMORY_LIMIT, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit = limit
        self._clock = clock
        self._kinds: dict[str, TLRUCache[str, tuple[bytes, float], float]] = {}

    def _like(self, key: str) -> TLRUCache[str, tuple[bytes, float], float]:
        """Return all entries of the key's kind."""
        kind = key.rpartition(":")[0].partition(":")[0]
        if kind not in self._kinds:
            self._kinds[kind] = TLRUCache(
                self._limit,
                ttu=lambda _, entry, now: now + entry[1],
                timer=self._clock,
                getsizeof=lambda entry: len(entry[0]) + ENTRY_OVERHEAD,
            )
        return self._kinds[kind]

    async def get(self, key: str) -> bytes | None:
        """Return the value, or None."""
        entry = self._like(key).get(key)
        return entry[0] if entry else None

    async def set(self, key: str, value: bytes, *, ttl: float) -> None:
        """Keep the value, in place of any other; `ValueError` when it alone is over the limit."""
        self._like(key)[key] = (value, checked_ttl(ttl))

    async def add(self, key: str, value: bytes, *, ttl: float) -> bool:
        """Keep the value unless the key has one."""
        if key in self._like(key):
            return False
        await self.set(key, value, ttl=ttl)
        return True

    async def touch(self, key: str, *, ttl: float) -> bool:
        """Keep the value that is there for `ttl` seconds from now."""
        entry = self._like(key).get(key)
        if entry is None:
            return False
        await self.set(key, entry[0], ttl=ttl)
        return True

    async def take(self, key: str) -> bytes | None:
        """Forget the value and return it."""
        entry = self._like(key).pop(key, None)
        return entry[0] if entry else None

    async def delete(self, key: str) -> None:
        """Forget the value, if there is one."""
        self._like(key).pop(key, None)


class RedisStore:
    """A store in Redis 6.2 or newer (or Valkey), which all workers share."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis

    async def get(self, key: str) -> bytes | None:
        """Return the value, or None."""
        with redis_needed():
            return _bytes(await self.redis.get(key))

    async def set(self, key: str, value: bytes, *, ttl: float) -> None:
        """Keep the value, in place of any other."""
        with redis_needed():
            await self.redis.set(key, value, px=_milliseconds(ttl))

    async def add(self, key: str, value: bytes, *, ttl: float) -> bool:
        """Keep the value unless the key has one."""
        with redis_needed():
            return bool(await self.redis.set(key, value, px=_milliseconds(ttl), nx=True))

    async def touch(self, key: str, *, ttl: float) -> bool:
        """Keep the value that is there for `ttl` seconds from now."""
        with redis_needed():
            return bool(await self.redis.pexpire(key, _milliseconds(ttl)))

    async def take(self, key: str) -> bytes | None:
        """Forget the value and return it."""
        with redis_needed():
            return _bytes(await self.redis.getdel(key))

    async def delete(self, key: str) -> None:
        """Forget the value, if there is one."""
        with redis_needed():
            await self.redis.delete(key)


@contextmanager
def redis_needed() -> Iterator[None]:
    """Turn an error of Redis within the block into `StateUnavailable`, and log why."""
    try:
        yield
    except RedisError as error:
        logger.error("State is not available: Redis has failed: %s", _told(error))
        raise StateUnavailable from None


Home = Callable[[], AbstractAsyncContextManager[Store]]
"""What opens a store."""


@asynccontextmanager
async def open_store(url: str, database: Home | None = None) -> AsyncIterator[Store]:
    """Open the store at `url` for the time of the block; `database` opens that in a database.

    Raises `StateError` when Redis's client does not take the URL, Redis does not answer, or there
    is no such store.
    """
    if url == "database://":
        if database is None:
            raise StateError("APP_STATE_URL: a database needs state-store(database=true)")
        async with database() as store:
            yield store
        return
    if url == "memory://":
        logger.warning(
            "State is kept in the memory of process %d: other workers do not see it, and a"
            " restart loses it. Set APP_STATE_URL=redis://... to share and keep it.",
            os.getpid(),
        )
        yield MemoryStore()
        return
    try:
        redis = _client(url)
        await redis.ping()
    except (ValueError, TypeError):
        raise StateError(
            "APP_STATE_URL: the client of Redis does not take it, or its options"
        ) from None
    except (RedisError, OSError) as error:
        raise StateError(f"APP_STATE_URL: Redis does not answer: {_told(error)}") from None
    async with redis:
        yield RedisStore(redis)


class OpenState:
    """ASGI middleware that opens the store for the lifetime of the service.

    When that fails, the server logs one line and does not start. `database` opens the store in a
    database, where the project has one.
    """

    def __init__(self, app: ASGIApp, database: Home | None = None) -> None:
        self.app = app
        self._database = database

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, or the lifespan (ASGI 3.0)."""
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return
        try:
            url = StateSettings.current().state_url.get_secret_value()
            async with open_store(url, self._database) as store:
                scope["state"]["store"] = store
                await self.app(scope, receive, send)
        except StateError as error:
            await refuse_start(str(error), receive, send)
            raise

    def complete_openapi(self, document: dict[str, Any]) -> None:
        """Describe the 503 of each operation that asks for the store."""
        routes = iter_route_contexts(getattr(self.app, "routes", []))
        for route in routes:
            if isinstance(route.original_route, APIRoute) and _asks(route.dependant):
                for method in route.methods or ():
                    operation = document["paths"].get(route.path_format, {}).get(method.lower())
                    if operation is not None:
                        operation["responses"].setdefault("503", deepcopy(UNAVAILABLE))


def _asks(dependant: Dependant) -> bool:
    return dependant.call is opened_store or any(map(_asks, dependant.dependencies))


async def opened_store(connection: HTTPConnection) -> Store:
    """Return the store of the service: a dependency of endpoints, also of WebSocket ones."""
    store: Store = connection.state.store
    return store


StateStore = Annotated[Store, Depends(opened_store)]


def _client(url: str) -> Redis:
    return Redis.from_url(
        url,
        socket_connect_timeout=TIMEOUT,
        socket_timeout=TIMEOUT,
        # When an answer is lost, Redis may have done what it was asked: a token would be taken
        # twice. A connection that Redis has closed is found by the pool, before it is used.
        retry=Retry(NoBackoff(), 0),
        # While the pool waits for these, it does not look for closed connections.
        maint_notifications_config=MaintNotificationsConfig(enabled=False),
    )


def checked_ttl(ttl: float) -> float:
    """Return a number of seconds that is above 0, or raise `ValueError`."""
    if not ttl > 0:
        raise ValueError(f"{ttl} is no number of seconds to keep state for")
    return ttl


def _milliseconds(ttl: float) -> int:
    return max(1, round(checked_ttl(ttl) * 1000))


def _told(error: Exception) -> str:
    """Return what has happened, in one line and in the words of this side.

    An old Redis, or what is none, repeats in its errors what it was sent, such as the password.
    """
    own = isinstance(error, OSError | NoConnection | TimeoutError)
    if own and not isinstance(error, AuthenticationError):
        return " ".join(str(error).split())
    code = re.match(r"[A-Z]+\b", str(error))
    return " ".join([type(error).__name__, *([code[0]] if code else [])])


def _bytes(answer: bytes | str | None) -> bytes | None:
    return answer.encode() if isinstance(answer, str) else answer

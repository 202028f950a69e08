"""`app.http.state`: what both stores promise, and what each of them has of its own."""

import asyncio
import logging
import os
import socket
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from tempfile import TemporaryDirectory
from traceback import format_exception

import pytest
from fastapi import Depends, FastAPI, WebSocket
from fastapi.testclient import TestClient
from pydantic import SecretStr, ValidationError
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, InvalidResponse, RedisError, ResponseError
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import TimeoutError as SilentRedis
from starlette.middleware import Middleware

from app.http.application import Application
from app.http.state import (
    ENTRY_OVERHEAD,
    TIMEOUT,
    MemoryStore,
    OpenState,
    RedisStore,
    StateError,
    StateSettings,
    StateStore,
    StateUnavailable,
    Store,
    open_store,
    redis_needed,
)
from tests.http.conftest import DATABASE
from tests.wire import undocumented

pytestmark = pytest.mark.anyio
TTL = 30.0


@pytest.fixture
def anyio_backend() -> str:
    """What servers use."""
    return "asyncio"


@pytest.fixture
async def store(state_url: str) -> AsyncIterator[Store]:
    """Yield each kind of store."""
    async with open_store(state_url, DATABASE) as store:
        yield store


@pytest.fixture
def key() -> str:
    """Return a key that no other test uses."""
    return f"test:{uuid.uuid4()}"


async def test_nothing_is_there_at_first(store: Store, key: str) -> None:
    """None, and deleting it is no error."""
    assert await store.get(key) is None
    assert await store.take(key) is None
    assert await store.touch(key, ttl=TTL) is False
    await store.delete(key)


@pytest.mark.parametrize("value", [b"", b"value", b"\x00\xff\r\n", "ä".encode()])
async def test_values_are_bytes(store: Store, key: str, value: bytes) -> None:
    """They come back as they were, as often as they are asked for."""
    await store.set(key, value, ttl=TTL)
    assert [await store.get(key), await store.get(key)] == [value, value]


async def test_set_replaces(store: Store, key: str) -> None:
    """The value and its time."""
    await store.set(key, b"first", ttl=0.05)
    await store.set(key, b"second", ttl=TTL)
    await asyncio.sleep(0.1)
    assert await store.get(key) == b"second"


async def test_add_keeps_the_first(store: Store, key: str) -> None:
    """Until it is gone."""
    assert await store.add(key, b"first", ttl=TTL) is True
    assert await store.add(key, b"second", ttl=TTL) is False
    assert await store.get(key) == b"first"
    await store.delete(key)
    assert await store.add(key, b"third", ttl=TTL) is True
    assert await store.get(key) == b"third"


async def test_add_sees_an_empty_value(store: Store, key: str) -> None:
    """No bytes are a value too."""
    await store.set(key, b"", ttl=TTL)
    assert await store.add(key, b"second", ttl=TTL) is False
    assert await store.touch(key, ttl=TTL) is True
    assert await store.take(key) == b""


async def test_one_of_many_adds(store: Store, key: str) -> None:
    """However many come at once."""
    added = await asyncio.gather(*(store.add(key, b"%d" % n, ttl=TTL) for n in range(20)))
    assert sorted(added) == [False] * 19 + [True]
    assert await store.get(key) == b"%d" % added.index(True)


async def test_one_of_many_takes(store: Store, key: str) -> None:
    """However many come at once."""
    await store.set(key, b"value", ttl=TTL)
    taken = await asyncio.gather(*(store.take(key) for _ in range(20)))
    assert sorted(taken, key=str) == [None] * 19 + [b"value"]
    assert await store.get(key) is None


async def test_values_expire(store: Store, key: str) -> None:
    """For every operation; afterwards the key is free."""
    for name in ("a", "b", "c", "d"):
        await store.set(key + name, b"value", ttl=0.5)
    assert await store.get(f"{key}a") == b"value"
    await asyncio.sleep(0.6)
    assert await store.get(f"{key}a") is None
    assert await store.take(f"{key}b") is None
    assert await store.touch(f"{key}c", ttl=TTL) is False
    assert await store.add(f"{key}d", b"next", ttl=TTL) is True


async def test_touch_prolongs(store: Store, key: str) -> None:
    """And leaves the value as it is."""
    await store.set(key, b"value", ttl=0.5)
    assert await store.touch(key, ttl=TTL) is True
    await asyncio.sleep(0.6)
    assert await store.get(key) == b"value"


async def test_touch_can_shorten(store: Store, key: str) -> None:
    """The time is that from now."""
    await store.set(key, b"value", ttl=TTL)
    assert await store.touch(key, ttl=0.05) is True
    await asyncio.sleep(0.1)
    assert await store.get(key) is None


async def test_touch_does_not_revive(store: Store, key: str) -> None:
    """What was deleted meanwhile stays deleted."""
    await store.set(key, b"value", ttl=TTL)
    await store.delete(key)
    assert await store.touch(key, ttl=TTL) is False
    assert await store.get(key) is None


@pytest.mark.parametrize("ttl", [0, -1, float("nan")])
async def test_ttl_is_above_zero(store: Store, key: str, ttl: float) -> None:
    """Anything else is a mistake of the caller, and leaves the store as it is."""
    await store.set(key, b"value", ttl=TTL)
    with pytest.raises(ValueError, match="is no number of seconds"):
        await store.set(key, b"other", ttl=ttl)
    with pytest.raises(ValueError, match="is no number of seconds"):
        await store.add(f"{key}2", b"other", ttl=ttl)
    with pytest.raises(ValueError, match="is no number of seconds"):
        await store.touch(key, ttl=ttl)
    assert await store.get(key) == b"value"


async def test_shortest_ttl(store: Store, key: str) -> None:
    """Less than a millisecond is no error."""
    await store.set(key, b"value", ttl=0.0001)
    await asyncio.sleep(0.01)
    assert await store.get(key) is None


async def test_memory_is_bounded() -> None:
    """What was used least recently goes first; one value that is too long is refused."""
    store = MemoryStore(limit=3 * (ENTRY_OVERHEAD + 100))
    for key in ("a", "b", "c"):
        await store.set(key, b"x" * 100, ttl=TTL)
    assert await store.get("a") == b"x" * 100
    await store.set("d", b"x" * 100, ttl=TTL)
    assert [key for key in "abcd" if await store.get(key)] == ["a", "c", "d"]
    with pytest.raises(ValueError, match="too large"):
        await store.set("e", b"x" * 2200, ttl=TTL)


async def test_memory_is_bounded_for_each_kind() -> None:
    """Answers that are kept push out each other, and no login."""
    store = MemoryStore(limit=3 * (ENTRY_OVERHEAD + 100))
    for key in ("session:a:b", "refresh:a:b"):
        await store.set(key, b"login", ttl=TTL)
    for number in range(20):
        await store.set(f"idempotency:{number}:a", b"x" * 100, ttl=TTL)
    assert await store.get("session:a:b") == await store.get("refresh:a:b") == b"login"
    assert await store.get("idempotency:16:a") is None
    assert await store.take("idempotency:17:a") == b"x" * 100


async def test_memory_forgets_the_expired_first() -> None:
    """They make room before anything that lives is forgotten."""
    now = 0.0
    store = MemoryStore(limit=2 * ENTRY_OVERHEAD, clock=lambda: now)
    await store.set("lives", b"", ttl=20)
    await store.set("expires", b"", ttl=10)
    now = 10.0
    await store.set("new", b"", ttl=10)
    assert [key for key in ("lives", "expires", "new") if await store.get(key) == b""] == [
        "lives",
        "new",
    ]


async def test_database_is_opened_by_what_is_given() -> None:
    """For as long as the store is open; without it there is none."""
    own, is_open = MemoryStore(), False

    @asynccontextmanager
    async def home() -> AsyncIterator[MemoryStore]:
        nonlocal is_open
        is_open = True
        yield own
        is_open = False

    async with open_store("database://", home) as store:
        assert (store, is_open) == (own, True)
    assert not is_open
    with pytest.raises(StateError, match=r"a database needs state-store\(database=true\)"):
        async with open_store("database://"):
            pass


async def test_memory_says_what_it_is(caplog: pytest.LogCaptureFixture) -> None:
    """Once, when it is opened."""
    async with open_store("memory://"):
        pass
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.message == (
        f"State is kept in the memory of process {os.getpid()}: other workers do not see it,"
        " and a restart loses it. Set APP_STATE_URL=redis://... to share and keep it."
    )


async def test_memory_is_not_shared(key: str) -> None:
    """Each store starts empty."""
    async with open_store("memory://") as one, open_store("memory://") as other:
        await one.set(key, b"value", ttl=TTL)
        assert await other.get(key) is None


@pytest.mark.parametrize("state_url", ["redis"], indirect=True)
async def test_redis_is_shared(state_url: str, key: str, caplog: pytest.LogCaptureFixture) -> None:
    """Between all who open it, and nothing is to be said about it."""
    async with open_store(state_url, DATABASE) as one, open_store(state_url, DATABASE) as other:
        await one.set(key, b"value", ttl=TTL)
        assert await other.take(key) == b"value"
    assert caplog.records == []


@pytest.mark.parametrize(
    "url",
    [
        "http://:secret@host",
        "redis://:secret/@host",
        "redis://127.0.0.1:1/0?db=secret",
        "redis://127.0.0.1:1/0?secret=1",
    ],
)
async def test_wrong_url(url: str) -> None:
    """One line says what is wrong, and nothing of the address."""
    why = "the client of Redis does not take it, or its options"
    with pytest.raises(StateError, match=rf"\AAPP_STATE_URL: {why}\Z") as raised:
        async with open_store(url):
            pass
    assert "secret" not in "".join(format_exception(raised.value))


@pytest.mark.parametrize(
    "url",
    [
        *("", "memory", "memory:///", "http://host", "redis://", "redis://:secret@", "unix://"),
        *("redis://:sec/ret@host", "redis://:sec#ret@host", "redis://:sec?ret@host", "unix://a@"),
        *("redis://host/secret", "redis://host:secret", "redis://host#secret", "redis//host"),
    ],
)
def test_settings_refuse_other_addresses(url: str) -> None:
    """What can be read in two ways would show a part of the password."""
    with pytest.raises(ValidationError, match="it is no address such as memory://") as refused:
        StateSettings(state_url=SecretStr(url))
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        *("memory://", "redis://host", "redis://host/", "redis://host:6379/0?protocol=2"),
        *("redis://user:s%2Fe:t@host.example", "rediss://:a@[::1]:1/15?ssl_cert_reqs=none"),
        *("unix:///run/redis.sock?db=1", "unix://user:secret@/run/redis.sock"),
    ],
)
def test_settings_take_addresses(url: str) -> None:
    """Of each kind."""
    assert StateSettings(state_url=SecretStr(url)).state_url.get_secret_value() == url


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (NoConnection("Error 111\n  connecting"), "Error 111 connecting"),
        (SilentRedis("Timeout reading from host"), "Timeout reading from host"),
        (ResponseError("unknown command, with args: secret"), "ResponseError"),
        (ResponseError("MISCONF secret"), "ResponseError MISCONF"),
        (ResponseError("Secret"), "ResponseError"),
        (AuthenticationError("WRONGPASS secret"), "AuthenticationError WRONGPASS"),
        (InvalidResponse("Protocol Error: secret"), "InvalidResponse"),
    ],
)
def test_reason_is_told(error: RedisError, told: str, caplog: pytest.LogCaptureFixture) -> None:
    """In the words of this side: a server may repeat what it was sent."""
    with pytest.raises(StateUnavailable) as raised, redis_needed():
        raise error
    assert caplog.messages == [f"State is not available: Redis has failed: {told}"]
    assert "secret" not in "".join(format_exception(raised.value))


@pytest.mark.parametrize("scheme", ["redis", "rediss"])
async def test_silent_redis(scheme: str) -> None:
    """One line says that nobody answers there, and no password."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        why = rf"Error \d+ connecting to 127\.0\.0\.1:{port}\. Connect call failed \(.+\)\."
        with pytest.raises(StateError, match=rf"\AAPP_STATE_URL: Redis does not answer: {why}\Z"):
            async with open_store(f"{scheme}://:secret@127.0.0.1:{port}/0"):
                pass


async def test_silent_socket() -> None:
    """The same where Redis is on this machine; the path of a socket has 107 bytes at most."""
    reason = r"Redis does not answer: Error 2 connecting to "
    with TemporaryDirectory() as folder, pytest.raises(StateError, match=reason):
        async with open_store(f"unix://{folder}/redis.sock"):
            pass


async def test_redis_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither for a connection nor for an answer, for longer than some seconds, nor twice."""
    connected: list[Redis] = []

    async def ping(redis: Redis) -> bool:
        connected.append(redis)
        return True

    monkeypatch.setattr(Redis, "ping", ping)
    async with open_store("redis://127.0.0.1:1"):
        (redis,) = connected
        options = redis.connection_pool.connection_kwargs
        assert (options["socket_connect_timeout"], options["socket_timeout"]) == (TIMEOUT, TIMEOUT)
        assert options["retry"].get_retries() == 0


@pytest.mark.parametrize("state_url", ["redis"], indirect=True)
async def test_redis_may_answer_with_text(state_url: str, key: str) -> None:
    """When its address asks for that."""
    async with open_store(f"{state_url}?decode_responses=true") as store:
        await store.set(key, b"value", ttl=TTL)
        assert [await store.get(key), await store.take(key)] == [b"value", b"value"]


@pytest.mark.parametrize("state_url", ["redis"], indirect=True)
async def test_closed_connection_is_replaced(state_url: str, key: str) -> None:
    """Redis closes those that are idle, and nobody notices."""
    async with open_store(state_url, DATABASE) as one, open_store(state_url, DATABASE) as other:
        assert isinstance(one, RedisStore)
        assert isinstance(other, RedisStore)
        await other.redis.client_kill_filter(_id=str(await one.redis.client_id()))
        await asyncio.sleep(0.05)
        assert await one.add(key, b"value", ttl=TTL) is True


async def test_lost_answer_is_an_error(caplog: pytest.LogCaptureFixture) -> None:
    """Redis may have done it, so it is not asked again: a token would count as used twice."""
    asked = []

    async def lose_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1000):
            if b"GETDEL" in data:
                asked.append("GETDEL")
                break
            # A Redis that knows no other protocol, and does whatever it is asked.
            writer.write(b"-ERR unknown\r\n" if b"HELLO" in data else b"+OK\r\n" * data.count(b"*"))
        writer.close()

    server = await asyncio.start_server(lose_answer, "127.0.0.1", 0)
    url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0?protocol=2"
    async with server, open_store(url) as store:
        with pytest.raises(StateUnavailable):
            await store.take("key")
    assert asked == ["GETDEL"]
    assert caplog.messages[0].startswith("State is not available: Redis has failed: ")


def create_app() -> FastAPI:
    """Return an application that keeps state."""
    app = Application(outermost=[Middleware(OpenState, database=DATABASE)])

    @app.put("/state/{key}")
    async def put(key: str, store: StateStore) -> bool:
        return await store.add(key, b"value", ttl=TTL)

    @app.websocket("/state/{key}")
    async def socket(websocket: WebSocket, key: str, store: StateStore) -> None:
        await websocket.accept()
        await websocket.send_bytes(await store.take(key) or b"")
        await websocket.close()

    return app


def test_endpoints_share_the_store(state_url: str, key: str) -> None:
    """HTTP and WebSocket ones."""
    with TestClient(create_app()) as client:
        assert [client.put(f"/state/{key}").json() for _ in range(2)] == [True, False]
        with client.websocket_connect(f"/state/{key}") as websocket:
            assert websocket.receive_bytes() == b"value"
        assert client.put(f"/state/{key}").json() is True


def unreachable() -> RedisStore:
    """Return a store whose Redis is not there."""
    return RedisStore(Redis(port=1, retry=Retry(NoBackoff(), 0)))


@pytest.mark.parametrize("operation", ["get", "set", "add", "touch", "take", "delete"])
async def test_failing_redis(operation: str) -> None:
    """Each operation says so, in one way."""
    values = {"value": b""} if operation in ("set", "add") else {}
    ttl = {"ttl": TTL} if operation in ("set", "add", "touch") else {}
    with pytest.raises(StateUnavailable):
        await getattr(unreachable(), operation)("key", **values, **ttl)


def test_endpoints_without_redis() -> None:
    """Clients are told when to come back, and caches to forget it."""
    with TestClient(create_app()) as client:
        client.app_state["store"] = unreachable()
        response = client.put("/state/key")
    assert (response.status_code, response.json()) == (503, {"detail": "Unavailable for now"})
    assert response.headers["retry-after"] == "5"
    assert response.headers["cache-control"] == "no-store"


def test_start_up_fails_with_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the message that servers log."""
    monkeypatch.setenv("APP_STATE_URL", "redis://127.0.0.1:1/0?passwrod=secret")
    sent = []

    async def serve() -> None:
        async def receive() -> dict[str, str]:
            return {"type": "lifespan.startup"}

        async def send(message: object) -> None:
            sent.append(message)

        await create_app()({"type": "lifespan", "state": {}}, receive, send)

    with pytest.raises(StateError):
        asyncio.run(serve())
    assert sent == [
        {
            "type": "lifespan.startup.failed",
            "message": "APP_STATE_URL: the client of Redis does not take it, or its options",
        }
    ]


def test_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address may hold a password, so it does not print itself."""
    assert StateSettings().state_url == SecretStr("memory://")
    monkeypatch.setenv("APP_STATE_URL", "redis://:secret@host/0")
    assert "secret" not in repr(StateSettings())


def test_failure_is_documented_where_state_is_needed() -> None:
    """By a dependency of the endpoint, however far away."""
    app = Application(outermost=[Middleware(OpenState, database=DATABASE)])

    async def look(store: StateStore) -> None:
        """Ask the store for nothing."""

    @app.get("/stored", dependencies=[Depends(look)])
    async def stored() -> None:
        raise StateUnavailable

    @app.get("/free")
    async def free() -> None:
        """Ask nobody."""

    paths = app.openapi()["paths"]
    assert "503" not in paths["/free"]["get"]["responses"]
    with TestClient(app) as client:
        response = client.get("/stored")
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert undocumented(response, app.openapi()) == []

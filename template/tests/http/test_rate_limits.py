"""`app.http.rate_limits`: counted in this process, and in Redis."""

import time
import uuid
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from fastapi import Depends, Request, Response
from fastapi.testclient import TestClient
from limits.aio.storage import RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from starlette.middleware import Middleware
from starlette.types import Receive, Scope, Send

from app.http.application import Application
from app.http.rate_limits import (
    TOO_MANY_REQUESTS,
    MemoryCounts,
    OpenRateLimits,
    RateLimit,
    Usage,
    client_address,
)
from app.http.state import OpenState
from tests.http.conftest import DATABASE


@pytest.fixture
def rate_limit() -> RateLimit:
    """Return a limit that no other test counts for."""
    return RateLimit(quota=2, window=60, policy=uuid.uuid4().hex)


@pytest.fixture
def app(rate_limit: RateLimit) -> Application:
    """Return an application whose endpoint counts for who is named, or for the client."""
    app = Application(
        outermost=[Middleware(OpenState, database=DATABASE), Middleware(OpenRateLimits)]
    )

    async def counted(request: Request, user: str | None = None) -> Usage:
        return await rate_limit.count(request, user)

    @app.get("/")
    async def root(response: Response, usage: Annotated[Usage, Depends(counted)]) -> None:
        rate_limit.apply(response, usage)

    return app


@pytest.fixture
def client(app: Application, state_url: str) -> Iterator[TestClient]:
    """Yield a client of that application, for each kind of store."""
    assert state_url
    with TestClient(app) as client:
        yield client


def test_what_is_left_is_told(client: TestClient, rate_limit: RateLimit) -> None:
    """With each answer, as structured fields."""
    name = rate_limit.policy
    for remaining in (1, 0):
        response = client.get("/")
        assert response.status_code == 200
        assert response.headers["ratelimit-policy"] == f'"{name}";q=2;w=60'
        field = response.headers["ratelimit"]
        assert field in {f'"{name}";r={remaining};t={seconds}' for seconds in (59, 60)}


def test_too_many_are_refused(client: TestClient) -> None:
    """With the seconds to wait, which no cache keeps."""
    for _ in range(2):
        assert client.get("/").status_code == 200
    response = client.get("/")
    assert (response.status_code, response.json()) == (429, {"detail": "Too many requests"})
    assert response.headers["retry-after"] in {"59", "60"}
    assert response.headers["ratelimit"].endswith(f";r=0;t={response.headers['retry-after']}")
    assert response.headers["ratelimit-policy"].endswith(";q=2;w=60")
    assert response.headers["cache-control"] == "no-store"


def test_everybody_has_a_quota(client: TestClient) -> None:
    """A user is not the client of the same name, and takes nothing from others."""
    for _ in range(3):
        client.get("/")
    assert client.get("/").status_code == 429
    for user in ("ana", "unknown"):
        statuses = [client.get("/", params={"user": user}).status_code for _ in range(3)]
        assert statuses == [200, 200, 429]


def test_every_address_has_a_quota(app: Application, state_url: str) -> None:
    """One client does not use up what another one has."""
    assert state_url

    async def forwarded(scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope.get("headers", []))
        await app({**scope, "client": (headers.get(b"from", b"").decode(), 1)}, receive, send)

    with TestClient(forwarded) as client:
        for address in ("203.0.113.7", "203.0.113.8"):
            asked = [client.get("/", headers={"From": address}) for _ in range(3)]
            assert [response.status_code for response in asked] == [200, 200, 429]


def test_quota_is_whole_after_the_window(state_url: str) -> None:
    """Which has begun with the first request."""
    assert state_url
    rate_limit = RateLimit(quota=1, window=1, policy=uuid.uuid4().hex)
    app = Application(
        outermost=[Middleware(OpenState, database=DATABASE), Middleware(OpenRateLimits)]
    )

    @app.get("/")
    async def root(request: Request) -> int:
        return (await rate_limit.count(request)).remaining

    with TestClient(app) as client:
        allowed, refused = client.get("/"), client.get("/")
        assert (allowed.status_code, refused.status_code) == (200, 429)
        assert refused.headers["retry-after"] == "1"
        time.sleep(1.1)
        assert client.get("/").json() == 0


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::1", "::/64"),
        ("fe80::1%" + "a" * 60_000, "fe80::/64"),
        ("::ffff:203.0.113.7%a", "203.0.113.7"),
        ("testclient", "unknown"),
        ("203.0.113.7, 203.0.113.8", "unknown"),
        ("203.0.113.007", "unknown"),
        ("a" * 60_000, "unknown"),
        ("", "unknown"),
    ],
)
def test_client_is_its_address(host: str, address: str) -> None:
    """Or its network: an IPv6 client has all addresses of one."""
    assert client_address(Request({"type": "http", "client": (host, 1234)})) == address


def test_client_may_have_no_address() -> None:
    """When it comes through a UNIX socket."""
    assert client_address(Request({"type": "http", "client": None})) == "unknown"


def test_keys_are_short(app: Application) -> None:
    """However long the name of a user is: who chose it shall not fill the memory."""
    with TestClient(app) as client:
        client.get("/")
        client.get("/", params={"user": "a" * 10_000})
        assert max(map(len, client.app_state["rate_limiter"].storage._windows)) < 200


@pytest.mark.parametrize("user", ["a" * 100_000, "a/2/60/second", "\ud800", "unknown", ""])
def test_every_user_has_a_quota(client: TestClient, rate_limit: RateLimit, user: str) -> None:
    """Whatever the name is."""
    request = Request({"type": "http", "client": None, "state": client.app_state})
    assert client.portal is not None
    for remaining in (1, 0):
        assert client.portal.call(rate_limit.count, request, user).remaining == remaining
    assert client.portal.call(rate_limit.count, request).remaining == 1


@pytest.mark.parametrize("state_url", ["redis"], indirect=True)
def test_redis_counts_for_all(app: Application, state_url: str) -> None:
    """What is left is the same in every worker."""
    assert state_url
    for expected in (200, 200, 429):
        with TestClient(app) as worker:
            assert worker.get("/").status_code == expected


def test_memory_counts_for_one(app: Application) -> None:
    """Each worker has its own counts."""
    for expected in (200, 200, 200):
        with TestClient(app) as worker:
            assert worker.get("/").status_code == expected


def test_redis_that_fails(app: Application) -> None:
    """Is the service's fault: clients come back later."""
    options: dict[str, Any] = {"implementation": "redispy", "retry": Retry(NoBackoff(), 0)}
    nobody = RedisStorage("redis://127.0.0.1:1", **options)
    with TestClient(app) as client:
        client.app_state["rate_limiter"] = FixedWindowRateLimiter(nobody)
        response = client.get("/")
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_memory_counts() -> None:
    """Until the window ends, which later requests do not prolong."""
    now = 100.0
    counts = MemoryCounts(clock=lambda: now)
    assert (await counts.get("a"), await counts.get_expiry("a")) == (0, 100)
    assert [await counts.incr("a", 10), await counts.incr("a", 10, 2)] == [1, 3]
    now = 109.9
    assert await counts.incr("a", 10) == 4
    assert (await counts.get("a"), await counts.get_expiry("a")) == (4, 110)
    now = 110.0
    assert await counts.get("a") == 0
    assert await counts.incr("a", 10) == 1
    assert await counts.get_expiry("a") == 120


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_memory_forgets() -> None:
    """What it is told to, and what was counted least recently when there is too much."""
    counts = MemoryCounts(limit=2)
    for key in ("a", "b", "a", "c"):
        await counts.incr(key, 10)
    assert [await counts.get(key) for key in "abc"] == [2, 0, 1]
    await counts.clear("a")
    assert [await counts.get(key) for key in "abc"] == [0, 0, 1]
    assert await counts.check()
    assert [await counts.reset(), await counts.reset()] == [1, 0]
    assert counts.base_exceptions == ()


def test_headers_are_described() -> None:
    """With every answer, and with the refusal."""
    described = RateLimit(2, window=60).openapi_headers()
    assert list(described) == ["RateLimit", "RateLimit-Policy"]
    assert all(header["required"] for header in described.values())
    refusal: dict[str, Any] = TOO_MANY_REQUESTS[429]["headers"]
    assert sorted(refusal) == ["Cache-Control", "RateLimit", "RateLimit-Policy", "Retry-After"]

"""Rate limits: so many requests in a window of time, for each client or each user.

draft-ietf-httpapi-ratelimit-headers-10, RFC 6585 section 4 and RFC 9110 section 10.2.3. The counts
are where state is kept: see `app.http.state`.
"""

import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from fastapi import HTTPException, Request, Response
from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter
from redis.asyncio import ConnectionPool
from starlette.types import ASGIApp, Receive, Scope, Send

from app.http.openapi import HeaderDescription, documented_error, header
from app.http.state import TIMEOUT, StateSettings

POLICY = "How many requests (q) a window of so many seconds (w) has."
LEFT = "How many requests are left (r), and the seconds (t) until there are more."

TOO_MANY_REQUESTS = documented_error(
    429,
    "Too many requests",
    HeaderDescription("Cache-Control", "Always `no-store`."),
    HeaderDescription("RateLimit", LEFT),
    HeaderDescription("RateLimit-Policy", POLICY),
    HeaderDescription("Retry-After", "Seconds after which to come back."),
)


@dataclass(frozen=True, slots=True)
class Usage:
    """What is left: the `remaining` requests, and the seconds until the quota is whole again."""

    remaining: int
    reset: int


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A quota of requests for each window of so many seconds; `policy` is its public name.

    The window of a client begins with its first request. Limits of the same name share their
    counts.
    """

    quota: int
    window: int
    policy: str = "default"

    async def count(self, request: Request, user: str | None = None) -> Usage:
        """Count a request of `user`, or of its client's address; raise 429 when it is too many."""
        limiter: FixedWindowRateLimiter = request.state.rate_limiter
        limit = RateLimitItemPerSecond(self.quota, self.window)
        owner = f"client:{client_address(request)}" if user is None else f"user:{user}"
        allowed = await limiter.hit(limit, self.policy, owner)
        reset_time, remaining = await limiter.get_window_stats(limit, self.policy, owner)
        usage = Usage(remaining, max(1, math.ceil(reset_time - time.time())))
        if not allowed:
            refusal = {"Cache-Control": "no-store", "Retry-After": str(usage.reset)}
            raise HTTPException(429, "Too many requests", refusal | self._headers(usage))
        return usage

    def apply(self, response: Response, usage: Usage) -> None:
        """Say what is left."""
        response.headers.update(self._headers(usage))

    def _headers(self, usage: Usage) -> dict[str, str]:
        return {
            "RateLimit": f'"{self.policy}";r={usage.remaining};t={usage.reset}',
            "RateLimit-Policy": f'"{self.policy}";q={self.quota};w={self.window}',
        }

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the headers."""
        return {"RateLimit": header(LEFT), "RateLimit-Policy": header(POLICY)}


def client_address(request: Request) -> str:
    """Return the client's address, or its network where one client has all addresses of that.

    Behind a proxy it is the proxy's, unless the server believes what the proxy says: see
    `FORWARDED_ALLOW_IPS` in the README.
    """
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:  # a UNIX socket has no address
        return host
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ip_network((address, 64), strict=False))
    return host


class OpenRateLimits:
    """ASGI middleware that opens what counts requests for the lifetime of the service."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, or the lifespan (ASGI 3.0)."""
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return
        async with _opened(StateSettings.current().state_url.get_secret_value()) as limiter:
            scope["state"]["rate_limiter"] = limiter
            await self.app(scope, receive, send)


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[FixedWindowRateLimiter]:
    if url == "memory://":
        yield FixedWindowRateLimiter(MemoryStorage())
        return
    pool = ConnectionPool.from_url(url, socket_connect_timeout=TIMEOUT, socket_timeout=TIMEOUT)
    options: dict[str, Any] = {"implementation": "redispy", "connection_pool": pool}
    try:
        # The address is the pool's; this one only says which storage it is.
        storage = RedisStorage("redis://", **options)
        yield FixedWindowRateLimiter(storage)
    finally:
        await pool.aclose()

"""Rate limits: so many requests in a window of time, for each client or each user.

draft-ietf-httpapi-ratelimit-headers-10, RFC 6585 section 4 and RFC 9110 section 10.2.3. The counts
are where state is kept: see `app.http.state`.
"""

import hashlib
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any

from cachetools import TLRUCache
from fastapi import HTTPException, Request, Response
from limits import RateLimitItemPerSecond
from limits.aio.storage import RedisStorage, Storage
from limits.aio.strategies import FixedWindowRateLimiter
from starlette.types import ASGIApp, Receive, Scope, Send

from app.http.openapi import HeaderDescription, documented_error, header
from app.http.state import RedisStore, Store, redis_needed

POLICY = "How many requests (q) a window of so many seconds (w) has."
LEFT = "How many requests are left (r), and the seconds (t) until there are more."

COUNTED = 100_000
"""How many windows memory holds, in about 60 MB, before it forgets the least recently used."""

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
        owner = f"client:{client_address(request)}" if user is None else f"user:{_digest(user)}"
        with redis_needed():
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
    """Return the client's IPv4 address, or the /64 of its IPv6 address, or `unknown`.

    A /64 is the smallest network that a provider gives a customer (RFC 6177), who has all of its
    addresses. Clients without an address, as behind a UNIX socket, are one: if each name that a
    proxy passes on counted, whoever asks could be somebody else each time.

    Behind a proxy it is the proxy's, unless the server believes what the proxy says: see
    `FORWARDED_ALLOW_IPS` in the README.
    """
    try:
        address = ip_address(request.client.host if request.client else "")
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Network((address, 64), strict=False))
    return str(address)


def _digest(user: str) -> str:
    """Return what stands for a name in a key, however long it is."""
    return hashlib.sha256(user.encode(errors="surrogatepass")).hexdigest()


@dataclass(slots=True)
class _Window:
    ends: float
    count: int = 0


class MemoryCounts(Storage):
    """Counts in the memory of this process, for the `limit` clients and users that came last."""

    def __init__(self, limit: int = COUNTED, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._now = clock
        self._windows: TLRUCache[str, _Window, float] = TLRUCache(
            limit, ttu=lambda _, window, __: window.ends, timer=clock
        )

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        """Name the errors of this storage: none."""
        return ()

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, in a window that ends `expiry` seconds after its first request."""
        window = self._windows.get(key)
        if window is None:
            window = self._windows[key] = _Window(self._now() + expiry)
        window.count += amount
        return window.count

    async def get(self, key: str) -> int:
        """Return what was counted."""
        window = self._windows.get(key)
        return window.count if window else 0

    async def get_expiry(self, key: str) -> float:
        """Return when the window ends, in seconds since 1970."""
        window = self._windows.get(key)
        return window.ends if window else self._now()

    async def check(self) -> bool:
        """Say that it works."""
        return True

    async def reset(self) -> int:
        """Forget all counts, and return how many there were."""
        known = len(self._windows)
        self._windows.clear()
        return known

    async def clear(self, key: str) -> None:
        """Forget what was counted."""
        self._windows.pop(key, None)


class OpenRateLimits:
    """ASGI middleware that makes what counts requests, where the store of `OpenState` is.

    It stands inside `OpenState`, which has opened the store before, and closes it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, or the lifespan (ASGI 3.0)."""
        if scope["type"] == "lifespan":
            state = scope["state"]
            state["rate_limiter"] = FixedWindowRateLimiter(_counts(state["store"]))
        await self.app(scope, receive, send)


def _counts(store: Store) -> Storage:
    if not isinstance(store, RedisStore):
        return MemoryCounts()
    options: dict[str, Any] = {
        "implementation": "redispy",
        "connection_pool": store.redis.connection_pool,
    }
    # The address is the pool's; this one only says which storage it is.
    return RedisStorage("redis://", **options)

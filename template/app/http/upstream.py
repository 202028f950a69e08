"""Answers of another HTTP service, passed on while they arrive (RFC 9110, section 7.6).

Endpoints ask for the service with `upstream`; `OpenUpstream`, listed in `app/middleware.py`, keeps
connections to it from one request to the next.
"""

import re
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ssl import SSLContext
from typing import Annotated, Any

from fastapi import HTTPException
from fastapi.responses import StreamingResponse
from httpx2 import (
    URL,
    AsyncClient,
    HTTPError,
    InvalidURL,
    Limits,
    Response,
    TimeoutException,
    create_ssl_context,
)
from pydantic import Field, SecretStr
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from app.http.addresses import HOST, LOGIN, PATH, address
from app.http.openapi import Described, documented, documented_error, header
from app.settings import Settings

KEPT = {
    "cache-control": "Cache-Control",
    "content-disposition": "Content-Disposition",
    "content-language": "Content-Language",
    "content-length": "Content-Length",
    "content-type": "Content-Type",
    "etag": "ETag",
    "expires": "Expires",
    "last-modified": "Last-Modified",
}
"""What is passed on: neither what belongs to one connection only, nor cookies of another site."""

CONTROLS = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
"""What servers refuse in a header (RFC 9110, section 5.5)."""


UpstreamURL = Annotated[
    SecretStr, address(rf"https?://{LOGIN}{HOST}(?:{PATH})?", "https://user:password@host/path")
]


class UpstreamSettings(Settings):
    """Where the other service is, and for how many seconds it may be silent."""

    upstream_url: UpstreamURL | None = None
    upstream_timeout: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 10


@dataclass(frozen=True, slots=True)
class Upstream:
    """The service in `APP_UPSTREAM_URL`; nothing of a request is sent to it.

    `answers` closes those that were asked for, when nobody needs them any more.
    """

    client: AsyncClient
    answers: AsyncExitStack

    async def stream(self, path: str, *, media_type: str) -> StreamingResponse:
        """Return what the service answers to a GET of `path`, as it arrives.

        Raises 404 when it has no such thing, 504 when it is silent for too long, and 502 for
        everything else that is no content of this media type: an upstream is not trusted to
        choose what a browser makes of its bytes.
        """
        request = self.client.build_request("GET", path, headers={"Accept": media_type})
        asked = time.time()
        try:
            answer = await self.client.send(request, stream=True)
        except TimeoutException:
            raise HTTPException(504, "The service behind this one does not answer") from None
        except (HTTPError, InvalidURL):
            raise HTTPException(502, "The service behind this one is not there") from None
        self.answers.push_async_callback(answer.aclose)
        headers = _passed_on(answer)
        problem = _problem(answer, headers, media_type)
        if problem:
            raise problem
        response = StreamingResponse(answer.aiter_raw())
        response.raw_headers = headers
        if age := _age(answer, asked):
            response.headers["Age"] = str(age)
        return response


async def upstream(connection: HTTPConnection) -> AsyncIterator[Upstream]:
    """Yield the service, as a FastAPI dependency.

    When the request has ended, whichever way, its answers are closed: a connection that nobody
    closes is lost to the service.
    """
    async with AsyncExitStack() as answers:
        yield Upstream(connection.state.upstream, answers)


class OpenUpstream:
    """ASGI middleware that keeps connections to the service for the lifetime of this one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, or the lifespan (ASGI 3.0)."""
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return
        async with _client(UpstreamSettings.current()) as client:
            scope["state"]["upstream"] = client
            await self.app(scope, receive, send)


def _client(settings: UpstreamSettings) -> AsyncClient:
    url = URL(settings.upstream_url.get_secret_value() if settings.upstream_url else "")
    return AsyncClient(
        # The client logs the address of each request.
        base_url=url.copy_with(userinfo=b""),
        auth=(url.username, url.password) if url.userinfo else None,
        timeout=settings.upstream_timeout,
        verify=_trusted(),
        headers={"Accept-Encoding": "identity"},  # who asked may take another encoding than we
        # No cookie of one visitor is sent for another.
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        # Servers close what is idle, often after 5 seconds: do not ask just then.
        limits=Limits(max_keepalive_connections=20, keepalive_expiry=3),
    )


@cache
def _trusted() -> SSLContext:
    """Return the trusted certificates, which take 20 ms to load: in tests, for each start."""
    return create_ssl_context()


def _passed_on(answer: Response) -> list[tuple[bytes, bytes]]:
    """Return the headers that are passed on, byte for byte.

    What Connection names belongs to one connection (RFC 9110, section 7.6.1), and a length beside
    Transfer-Encoding is not to be believed (RFC 9112, section 6.3).
    """
    dropped = {name.strip() for name in answer.headers.get("connection", "").lower().split(",")}
    if "transfer-encoding" in answer.headers:
        dropped.add("content-length")
    lines = ((name.lower(), value) for name, value in answer.headers.raw)
    kept = KEPT.keys() - dropped
    return [(name, value) for name, value in lines if name.decode() in kept]


def _problem(
    answer: Response, headers: list[tuple[bytes, bytes]], media_type: str
) -> HTTPException | None:
    """Return what is raised in place of an answer that is not passed on."""
    if answer.status_code == 404:
        return HTTPException(404, "The service behind this one has nothing here")
    types = b",".join(value for name, value in headers if name == b"content-type")
    sent = types.partition(b";")[0].strip().lower()
    suits = sent == media_type.lower().encode() and "content-encoding" not in answer.headers
    # Of several types, browsers take the last.
    is_clear = b"," not in types and not any(CONTROLS.search(value) for _, value in headers)
    if answer.status_code != 200 or not suits or not is_clear:
        return HTTPException(502, "The service behind this one answers something else")
    return None


def _age(answer: Response, asked: float) -> int:
    """Return how old the answer is, in seconds, or 0 (RFC 9111, section 4.2.3).

    The server gives it a new Date, so that its age is all that tells caches how much is left of
    `max-age`. `asked` is when the service was asked, in seconds since 1970.
    """
    now = time.time()
    given = re.match(r"([0-9]{1,10})[ \t]*(,|$)", answer.headers.get("age", ""))
    try:
        made = parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
    except (ValueError, OverflowError):
        made = now
    corrected = int(given[1]) + now - asked if given else 0
    return int(max(now - made, corrected))


class _Kept:
    def openapi_headers(self) -> dict[str, Any]:
        described = "As the service behind this one sent it."
        return {
            name: header(described, required=False)
            for name in KEPT.values()
            if name not in ("Content-Length", "Content-Type")
        } | {
            "Age": header("How many seconds ago it was made.", required=False),
            "Cache-Control": header("Who may store this, and for how long.", required=False),
        }


def documented_upstream(*described: Described, media_type: str) -> dict[int | str, dict[str, Any]]:
    """Return the `responses=` entries of an endpoint that passes on an answer."""
    return (
        documented(200, _Kept(), *described, media_type=media_type)
        | documented_error(404, "The service behind this one has nothing here")
        | documented_error(502, "The service behind this one answers nothing of use")
        | documented_error(504, "The service behind this one does not answer in time")
    )

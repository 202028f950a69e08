"""Answers of another HTTP service, passed on while they arrive (RFC 9110, section 7.6).

Endpoints ask for the service with `upstream`; `OpenUpstream`, listed in `app/middleware.py`, keeps
connections to it from one request to the next.
"""

from dataclasses import dataclass
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ssl import SSLContext
from typing import Any

from fastapi import HTTPException
from fastapi.responses import StreamingResponse
from httpx2 import (
    AsyncClient,
    HTTPError,
    InvalidURL,
    Limits,
    Response,
    TimeoutException,
    create_ssl_context,
)
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from app.http.application import refuse_start
from app.http.openapi import Described, documented, documented_error, header
from app.settings import Settings

KEPT = {
    "cache-control": "Cache-Control",
    "content-disposition": "Content-Disposition",
    "content-language": "Content-Language",
    "content-length": "Content-Length",
    "content-type": "Content-Type",
    "etag": "ETag",
    "last-modified": "Last-Modified",
}
"""What is passed on: neither what belongs to one connection only, nor cookies of another site."""


class UpstreamSettings(Settings):
    """Where the other service is, and for how many seconds it may be silent."""

    upstream_url: str = ""
    upstream_timeout: float = 10


@dataclass(frozen=True, slots=True)
class Upstream:
    """The service in `APP_UPSTREAM_URL`; nothing of a request is sent to it."""

    client: AsyncClient

    async def stream(
        self, path: str, *, media_type: str, private: bool = False
    ) -> StreamingResponse:
        """Return what the service answers to a GET of `path`, as it arrives.

        With `private` no shared cache may use it again, whatever the service says: for answers
        that set a cookie, or that only some may see (RFC 9111, section 7).

        Raises 404 when it has no such thing, 504 when it is silent for too long, and 502 for
        everything else that is no content of this media type: an upstream is not trusted to
        choose what a browser makes of its bytes.
        """
        request = self.client.build_request("GET", path, headers={"Accept": media_type})
        try:
            answer = await self.client.send(request, stream=True)
        except TimeoutException:
            raise HTTPException(504, "The service behind this one does not answer") from None
        except (HTTPError, InvalidURL):
            raise HTTPException(502, "The service behind this one is not there") from None
        problem = _problem(answer, media_type)
        if problem:
            await answer.aclose()
            raise problem
        return _PassedOn(answer, private=private)


async def upstream(connection: HTTPConnection) -> Upstream:
    """Return the service as a FastAPI dependency."""
    return Upstream(connection.state.upstream)


class OpenUpstream:
    """ASGI middleware that keeps connections to the service for the lifetime of this one.

    When the settings cannot be used, the server logs one line and does not start.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, or the lifespan (ASGI 3.0)."""
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return
        try:
            client = _client(UpstreamSettings.current())
        except (InvalidURL, ValueError) as error:
            reason = f"APP_UPSTREAM_URL or APP_UPSTREAM_TIMEOUT cannot be used: {error}"
            await refuse_start(reason, receive, send)
            raise
        async with client:
            scope["state"]["upstream"] = client
            await self.app(scope, receive, send)


def _client(settings: UpstreamSettings) -> AsyncClient:
    return AsyncClient(
        base_url=settings.upstream_url,
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


class _PassedOn(StreamingResponse):
    """The answer of the service, which is closed when it has left or the client has."""

    def __init__(self, answer: Response, *, private: bool) -> None:
        headers = {name: value for name, value in answer.headers.items() if name in KEPT}
        if private:
            stricter = "no-store" in headers.get("cache-control", "").lower()
            headers["cache-control"] = "no-store" if stricter else "private, no-cache"
        super().__init__(answer.aiter_raw(), headers=headers)
        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self.answer.aclose()


def _problem(answer: Response, media_type: str) -> HTTPException | None:
    """Return what is raised in place of an answer that is not passed on."""
    if answer.status_code == 404:
        return HTTPException(404, "The service behind this one has nothing here")
    sent = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    suits = sent == media_type.lower() and "content-encoding" not in answer.headers
    if answer.status_code != 200 or not suits:
        return HTTPException(502, "The service behind this one answers something else")
    return None


class _Kept:
    def openapi_headers(self) -> dict[str, Any]:
        described = "As the service behind this one sent it."
        return {
            name: header(described, required=False)
            for name in KEPT.values()
            if name not in ("Content-Length", "Content-Type")
        } | {"Cache-Control": header("Who may store this, and for how long.", required=False)}


def documented_upstream(*described: Described, media_type: str) -> dict[int | str, dict[str, Any]]:
    """Return the `responses=` entries of an endpoint that passes on an answer."""
    return (
        documented(200, _Kept(), *described, media_type=media_type)
        | documented_error(404, "The service behind this one has nothing here")
        | documented_error(502, "The service behind this one answers nothing of use")
        | documented_error(504, "The service behind this one does not answer in time")
    )

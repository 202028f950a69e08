"""Answers of another HTTP service, passed on while they arrive (RFC 9110, section 7.6)."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from fastapi import HTTPException
from fastapi.responses import StreamingResponse
from httpx2 import AsyncClient, HTTPError, InvalidURL, Response, TimeoutException

from app.http.openapi import Described, documented, documented_error, header
from app.settings import Settings

KEPT = {
    "cache-control": "Cache-Control",
    "content-disposition": "Content-Disposition",
    "content-language": "Content-Language",
    "content-length": "Content-Length",
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

    async def stream(self, path: str, *, media_type: str) -> StreamingResponse:
        """Return what the service answers to a GET of `path`, as it arrives.

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
        if answer.status_code == 404:
            raise HTTPException(404, "The service behind this one has nothing here")
        sent = answer.headers.get("content-type", "").partition(";")[0]
        if answer.status_code != 200 or sent != media_type or "content-encoding" in answer.headers:
            raise HTTPException(502, "The service behind this one answers something else")
        headers = {name: answer.headers[name] for name in KEPT if name in answer.headers}
        headers["content-type"] = answer.headers["content-type"]
        return StreamingResponse(_content(answer), headers=headers)


async def upstream() -> AsyncIterator[Upstream]:
    """Yield the service as a FastAPI dependency.

    The connection is closed after the answer has left, and also when the client leaves before.
    Each request has one of its own, so that no cookie of one visitor is sent for another.
    """
    settings = UpstreamSettings.current()
    identity = {"Accept-Encoding": "identity"}  # who asked may take another encoding than we
    async with AsyncClient(
        base_url=settings.upstream_url, timeout=settings.upstream_timeout, headers=identity
    ) as client:
        yield Upstream(client)


async def _content(answer: Response) -> AsyncIterator[bytes]:
    async with aclosing(answer):  # older versions of httpx2 leave open what breaks off
        async for part in answer.aiter_raw():
            yield part


class _Kept:
    def openapi_headers(self) -> dict[str, Any]:
        described = "As the service behind this one sent it."
        return {
            name: header(described, required=False)
            for name in KEPT.values()
            if name != "Content-Length"
        }


def documented_upstream(*described: Described, media_type: str) -> dict[int | str, dict[str, Any]]:
    """Return the `responses=` entries of an endpoint that passes on an answer."""
    return (
        documented(200, _Kept(), *described, media_type=media_type)
        | documented_error(404, "The service behind this one has nothing here")
        | documented_error(502, "The service behind this one answers nothing of use")
        | documented_error(504, "The service behind this one does not answer in time")
    )

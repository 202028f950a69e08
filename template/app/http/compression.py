"""Compressed answers for clients that can read them (RFC 9110, sections 8.4, 8.8 and 12.5.3)."""

from contextlib import suppress
from typing import Any

from fastapi.responses import PlainTextResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipResponder, IdentityResponder
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.openapi import header, responses_in


class Compressed:
    """ASGI middleware that compresses with gzip what is worth it.

    Starlette does the work, and leaves alone what is short, a part of a file, a stream of events
    or compressed already. Beside that, `gzip;q=0` is a refusal here, and the compressed answer is
    described as what it is: see `Gzip`. A 304 says of its answer what the 200 would say.

    Keep pages that mix a secret with something that the client sent out of it: the length of many
    such pages gives the secret away (BREACH).
    """

    def __init__(self, app: ASGIApp, *, minimum_size: int, level: int) -> None:
        self.app = app
        self.minimum_size = minimum_size
        self.level = level

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI 3.0)."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Headers(scope=scope)
        accepted = accepts_gzip(",".join(request.getlist("accept-encoding")))
        responder = (
            Gzip(self.app, self.minimum_size, self.level)
            if accepted
            else IdentityResponder(self.app, self.minimum_size)
        )

        async def send_unchanged(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 304:
                known = ",".join(request.getlist("if-none-match"))
                _describe_unchanged(MutableHeaders(raw=message["headers"]), known, accepted)
            await send(message)

        try:
            await responder(scope, receive, send_unchanged)
        except Exception:
            # The answer had begun for the application, but not for the client: its first message
            # waits for the second one, which never came.
            if responder.initial_message and not responder.started:
                failure = PlainTextResponse("Internal Server Error", 500)
                await failure(scope, receive, send)
            raise

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the headers."""
        return {
            "Content-Encoding": header("`gzip`, when the client takes it.", required=False),
            "Vary": header("The request headers that chose this answer.", required=False),
        }

    def complete_openapi(self, document: dict[str, Any]) -> None:
        """Say that an answer which is compressed cannot be asked for in parts."""
        for response in responses_in(document):
            if "Accept-Ranges" in response.get("headers", {}):
                ranges = {**response["headers"]["Accept-Ranges"], "required": False}
                response["headers"] = {**response["headers"], "Accept-Ranges": ranges}


class Gzip(GZipResponder):
    """Compresses one answer, unless it carries a checksum of its content or forbids it.

    Its bytes are others then, so a strong ETag becomes a weak one, and Accept-Ranges goes: ranges
    are those of the content as it was.
    """

    untouched = False  # so are messages before the answer, such as those of extensions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def send_described(message: Message) -> None:
            if message["type"] == "http.response.start" and not self.content_encoding_set:
                _describe(MutableHeaders(raw=message["headers"]))
            await send(message)

        await super().__call__(scope, receive, send_described)

    async def send_with_compression(self, message: Message) -> None:
        """Send one message of the answer, compressed or not."""
        if message["type"] == "http.response.start":
            headers = Headers(raw=message["headers"])
            fixed = "no-transform" in headers.get("cache-control", "")
            self.untouched = fixed or "content-digest" in headers
        if self.untouched:
            await self.send(message)
        else:
            await super().send_with_compression(message)


def accepts_gzip(accept_encoding: str) -> bool:
    """Say whether an Accept-Encoding field allows gzip: by its name, or by `*`."""
    weights: dict[str, float] = {}
    for part in accept_encoding.lower().replace(" ", "").split(","):
        coding, _, weight = part.partition(";q=")
        with suppress(ValueError):
            weights[coding] = float(weight or 1)
    return weights.get("gzip", weights.get("*", 0)) > 0


def _describe(headers: MutableHeaders) -> None:
    if "content-encoding" in headers:
        _weaken(headers)
        del headers["Accept-Ranges"]


def _describe_unchanged(headers: MutableHeaders, known: str, accepted: bool) -> None:
    """Complete a 304, whose content is not there to tell whether it would be compressed.

    The client tells by the tag that it knows: what was compressed for it has a weak one.
    """
    if "no-transform" in headers.get("cache-control", ""):
        return
    headers.add_vary_header("Accept-Encoding")
    if accepted and f"W/{headers.get('etag')}" in known:
        _weaken(headers)


def _weaken(headers: MutableHeaders) -> None:
    if headers.get("etag", "").startswith('"'):
        headers["ETag"] = f"W/{headers['etag']}"

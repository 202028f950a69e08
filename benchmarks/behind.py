"""The service behind the two that are compared, for the pattern `proxy-stream`."""

from starlette.types import Receive, Scope, Send

REPORT = b"%PDF-" + b"0" * 2_000
HEADERS = [(b"content-type", b"application/pdf"), (b"content-length", b"%d" % len(REPORT))]


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer every request with the same file, as fast as a server can (ASGI 3.0)."""
    if scope["type"] != "http":
        raise NotImplementedError(scope["type"])
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": REPORT})

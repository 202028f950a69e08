"""WebSocket handshakes: whose pages may open one, and what is answered (RFC 6455)."""

from fastapi import Response, WebSocket, WebSocketException
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY_VIOLATION = 1008
DENIAL = "websocket.http.response"
"""ASGI's extension for servers that send more than a bare 403, and how its messages begin."""


class AllowedOrigins:
    """A dependency that lets pages of this site and of `others` open a WebSocket.

    CORS has no say here: browsers open WebSockets from every site, with the visitor's cookies.
    Whoever is refused is answered with 403 (RFC 6455, section 10.2). That includes clients without
    `Origin`, which no browser is. Behind a proxy, the server has to believe `X-Forwarded-Proto`,
    or the site's own pages seem to come from another one.
    """

    def __init__(self, *others: str) -> None:
        self.others = others

    async def __call__(self, websocket: WebSocket) -> None:
        """Refuse the handshake of any other page."""
        url = websocket.url
        scheme, port = ("https", ":443") if url.scheme == "wss" else ("http", ":80")
        # Browsers leave the usual port out of Origin, proxies may put it into Host.
        own = f"{scheme}://{url.netloc.removesuffix(port)}"
        if websocket.headers.get("origin") not in (own, *self.others):
            raise WebSocketException(POLICY_VIOLATION, "Origin not allowed")


async def accept(websocket: WebSocket, response: Response, *subprotocols: str) -> None:
    """Accept the handshake, with the cookies that were set on `response` on its 101.

    A WebSocket has no answer but that one. What is set on an injected `Response` is dropped. Of the
    `subprotocols`, the first that the client offers is chosen (RFC 6455, section 4.2.2).
    """
    cookies = [header for header in response.raw_headers if header[0] == b"set-cookie"]
    offered = websocket.scope["subprotocols"]
    chosen = next((one for one in subprotocols if one in offered), None)
    await websocket.accept(chosen, cookies)


class RefusedHandshakes:
    """ASGI middleware that answers a refused handshake as any other request is refused.

    What closes a WebSocket before it is accepted becomes a 403 that says the reason of the close,
    so that what is around it finds an answer: Problem Details, the request's id, other headers.
    Of a server that can send none, every refusal is the bare 403.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI 3.0)."""
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        can_answer = DENIAL in scope.get("extensions", {})
        is_answered = False

        async def send_answer(message: Message) -> None:
            nonlocal is_answered
            is_first, is_answered = not is_answered, True
            if is_first and can_answer and message["type"] == "websocket.close":
                detail = message.get("reason") or "Forbidden"
                await JSONResponse({"detail": detail}, 403)(scope, receive, send)
            elif can_answer or not message["type"].startswith(DENIAL):
                await send(message)
            elif is_first:
                await send({"type": "websocket.close", "code": POLICY_VIOLATION})

        await self.app(scope, receive, send_answer)

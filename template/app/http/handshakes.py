"""WebSocket handshakes: whose pages may open one, and the cookies on the answer (RFC 6455)."""

from fastapi import Response, WebSocket, WebSocketException

POLICY_VIOLATION = 1008


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

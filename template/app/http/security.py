"""The security headers that OWASP recommends for an API, on every answer."""

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.openapi import header

API_CONTENT_SECURITY_POLICY = "default-src 'none'; frame-ancestors 'none'"
# Swagger UI and ReDoc load their scripts from a CDN and start them inline.
DOCS_CONTENT_SECURITY_POLICY = (
    "default-src 'self'; "
    "script-src 'self' 'unsafe-inline' https://cdn.jsdelivr.net; "
    "style-src 'self' 'unsafe-inline' https://cdn.jsdelivr.net https://fonts.googleapis.com; "
    "font-src https://fonts.gstatic.com; "
    "img-src 'self' data: https://fastapi.tiangolo.com https://cdn.redoc.ly; "
    "worker-src blob:; frame-ancestors 'none'"
)
DOCS_PATHS = ("/docs", "/docs/oauth2-redirect", "/redoc")


class SecurityHeaders:
    """ASGI middleware that adds each header unless the endpoint set it itself.

    `hsts_max_age` is in seconds (RFC 6797); the header goes out over https only.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        hsts_max_age: int,
        content_security_policy: str = API_CONTENT_SECURITY_POLICY,
    ) -> None:
        self.app = app
        self.strict_transport_security = f"max-age={hsts_max_age}; includeSubDomains"
        self.content_security_policy = content_security_policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI 3.0)."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        wanted = self.headers(path, scope["scheme"])

        async def send_with_headers(message: Message) -> None:
            if message["type"].endswith("http.response.start"):
                headers = MutableHeaders(scope=message)
                for name, value in wanted.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)

    def headers(self, path: str, scheme: str) -> Mapping[str, str]:
        """Return the headers for an answer to `path`."""
        docs = path in DOCS_PATHS
        wanted = {
            "Content-Security-Policy": (
                DOCS_CONTENT_SECURITY_POLICY if docs else self.content_security_policy
            ),
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
        }
        if scheme in ("https", "wss"):
            wanted["Strict-Transport-Security"] = self.strict_transport_security
        return wanted

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the headers, which are the same for all operations."""
        over_https = "Strict-Transport-Security"
        return {
            name: header("The same for every answer.", required=name != over_https)
            for name in self.headers("/", "https")
        }

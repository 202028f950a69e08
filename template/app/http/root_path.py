"""The prefix of all addresses, where a proxy takes one off before it asks this service.

ASGI calls it `root_path`. Inside, paths are the service's own, such as `/posts/1`; whatever names
one to a client puts the prefix in front, as in `/api/posts/1`.
"""

import re
from contextvars import ContextVar
from urllib.parse import quote

from starlette.types import ASGIApp, Receive, Scope, Send

_root_path: ContextVar[str] = ContextVar("root_path", default="")


def with_root_path(reference: str) -> str:
    """Return a path of this service as clients of the request at hand see it.

    What begins with a scheme or a host, as other sites do, stays, and so does what is relative to
    the address of the request (RFC 3986, section 4.2).
    """
    is_path = reference.startswith("/") and not reference.startswith("//")
    return f"{_root_path.get()}{reference}" if is_path else reference


def has_root_path(reference: str) -> bool:
    """Say whether a path begins with the prefix, as every path does that a client sees."""
    path, *_ = re.split("[?#]", reference)
    return f"{path}/".startswith(f"{_root_path.get()}/")


class RootPath:
    """ASGI middleware that tells `with_root_path` the prefix of the request.

    It also puts the prefix in front of the path, where ASGI wants it, and where addresses such as
    `request.url` are taken from; `FastAPI(root_path=...)` and some servers leave it out.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI 3.0)."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        root_path = scope.get("root_path", "")
        token = _root_path.set(quote(root_path.rstrip("/"), safe="/!$&'()*+,;=:@"))
        try:
            if not f"{scope['path']}/".startswith(f"{root_path.rstrip('/')}/"):
                scope = {**scope, "path": root_path + scope["path"]}
            await self.app(scope, receive, send)
        finally:
            _root_path.reset(token)

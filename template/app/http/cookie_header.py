"""The request's cookies, by the rules that browsers keep (RFC 6265bis, sections 5.6 and 5.8.3).

Starlette strips from a cookie's name whatever Python takes for white space, browsers only spaces
and tabs. So another host of the same domain can set a cookie whose name begins with the byte A0,
and Starlette takes it for one with the prefix `__Host-`, which that host cannot set. Of several
cookies of one name Starlette takes the last; browsers send the one with the longest path first.
"""

import re
from collections.abc import Iterable
from http.cookies import SimpleCookie

from starlette.types import ASGIApp, Receive, Scope, Send

LONGEST_PAIR = 4096
"""The most bytes that name and value may have together (RFC 6265bis, section 5.6)."""

WHITE_SPACE = " \t"
CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class CookiesAsSent:
    """ASGI middleware for which all that reads cookies reads them as browsers mean them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI 3.0)."""
        reads = scope["type"] != "lifespan"
        await self.app(with_cookies_as_sent(scope) if reads else scope, receive, send)


def with_cookies_as_sent(scope: Scope) -> Scope:
    """Return the connection with one Cookie line, which every reader takes alike.

    It has the first cookie of each name. Left out are cookies that no browser keeps, as they are
    too long or have control characters, and those that a reader would find under a name that is
    not theirs: without a name, or with one that Starlette changes. The lines into which HTTP/2
    splits cookies are joined (RFC 9113, section 8.2.3).
    """
    lines = [value for name, value in scope["headers"] if name == b"cookie"]
    if not lines:
        return scope
    pairs = "; ".join(f"{name}={value}" for name, value in _cookies(lines).items())
    others = [header for header in scope["headers"] if header[0] != b"cookie"]
    return {**scope, "headers": [*others, (b"cookie", pairs.encode("latin-1"))]}


def _cookies(lines: Iterable[bytes]) -> dict[str, str]:
    cookies: dict[str, str] = {}
    for pair in b";".join(lines).decode("latin-1").split(";"):
        name, has_name, value = pair.partition("=")
        name, value = name.strip(WHITE_SPACE), value.strip(WHITE_SPACE)
        is_kept = len(name) + len(value) <= LONGEST_PAIR and not CONTROLS.search(pair)
        if is_kept and has_name and name and name == name.strip():
            # Starlette strips values as it does names, but not within quotes.
            safe = value if value == value.strip() else SimpleCookie().value_encode(value)[1]
            cookies.setdefault(name, safe)
    return cookies

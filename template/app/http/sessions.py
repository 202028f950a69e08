"""Sessions behind one `__Host-` cookie: started at login, read by endpoints, ended at logout.

The table of sessions lives in this process, and a session lasts as long as its cookie. For
several workers, for sessions that end when they are idle, and for sessions that outlive a restart
there is the pattern `cookie-session-server-side`.

A browser has one session at a time: a token says which browser it is, and holds a secret that each
login replaces. Of several logins at the same moment the last one counts.
"""

import hmac
import logging
import os
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.security import APIKeyCookie
from starlette.requests import HTTPConnection

from app.http.cookies import CookiePolicy
from app.http.login import (
    BrowserLogin,
    Issued,
    Refusal,
    authenticated,
    forget_visitor,
    not_logged_in,
)

ONE_DAY = 86_400
"""How long a session lasts, in seconds, when its cookie ends with the browser."""

MOST_SESSIONS = 100_000
"""How many sessions a process keeps, in about 40 MB: a login more ends the oldest one."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BrowserSession:
    """The session of one browser; `ends` is in seconds of the monotonic clock."""

    user: str
    ends: float
    secret: str = field(repr=False)


class Session:
    """The sessions that one cookie identifies.

    `started` and `user` are dependencies: a new session for whoever sends the right credentials,
    or 401; the logged-in user's name, which `request.state.user` holds from then on, or 401 without
    a live session. With a `login_page`, credentials are sent by its form, and `user_or_login` is
    like `user`, but sends browsers to that page.
    """

    def __init__(self, cookie: CookiePolicy, login_page: BrowserLogin | None = None) -> None:
        self.cookie = cookie
        self._sessions: OrderedDict[str, BrowserSession] = OrderedDict()
        self._warned = False
        session_cookie = APIKeyCookie(name=cookie.name, scheme_name=cookie.name, auto_error=False)

        credentials = login_page.authenticated if login_page else authenticated

        async def start(request: Request, user: Annotated[str, Depends(credentials)]) -> Issued:
            return Issued(user, self.open(user, request.cookies.get(cookie.name, "")))

        def required(refused: Refusal) -> Callable[..., Awaitable[str]]:
            async def logged_in(
                connection: HTTPConnection, token: Annotated[str | None, Depends(session_cookie)]
            ) -> str:
                user = self.user_of(token or "")
                if user is None:
                    raise refused(connection)
                connection.state.user = user
                return user

            return logged_in

        self.started = start
        self.user = required(not_logged_in)
        self.user_or_login = required(login_page.refused if login_page else not_logged_in)

    def open(self, user: str, earlier: str = "") -> str:
        """Begin a session for `user`, and return its token.

        The session of the `earlier` token is over: whoever planted or kept it is logged out.
        """
        self._warn()
        browser = earlier.partition(".")[0]
        if self._sessions.pop(browser, None) is None:
            browser = secrets.token_urlsafe(16)
        now = time.monotonic()
        self._make_room(now)
        secret, ends = secrets.token_urlsafe(32), now + (self.cookie.max_age or ONE_DAY)
        self._sessions[browser] = BrowserSession(user, ends, secret)
        return f"{browser}.{secret}"

    def user_of(self, token: str) -> str | None:
        """Return whose session the token stands for, or None when it is unknown or over."""
        browser, _, secret = token.partition(".")
        session = self._sessions.get(browser)
        if session is None or time.monotonic() >= session.ends:
            return None
        is_its_own = hmac.compare_digest(secret.encode(), session.secret.encode())
        return session.user if is_its_own else None

    def end(self, response: Response, request: Request) -> None:
        """Forget the session of the request's browser, here and there; other sites bring none."""
        token = request.cookies.get(self.cookie.name)
        if token is not None:
            self._sessions.pop(token.partition(".")[0], None)
            self.cookie.delete(response)
        forget_visitor(request)

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the Set-Cookie header of a logout."""
        described = f"Deletes the cookie `{self.cookie.name}` when it was sent."
        return self.cookie.described(described, required=False)

    def _make_room(self, now: float) -> None:
        # All last equally long: what began first is over first.
        while self._sessions:
            oldest = next(iter(self._sessions.values()))
            if now < oldest.ends and len(self._sessions) < MOST_SESSIONS:
                break
            self._sessions.popitem(last=False)

    def _warn(self) -> None:
        if not self._warned:
            self._warned = True
            logger.warning(
                "Sessions of the cookie %s are kept in the memory of process %d: other workers do"
                " not know them, and a restart ends them. The pattern cookie-session-server-side"
                " shares and keeps them.",
                self.cookie.name,
                os.getpid(),
            )

"""Sessions behind one `__Host-` cookie: started at login, read by endpoints, ended at logout.

The table of sessions lives in this process, and a session lasts as long as its cookie. For
several workers, for sessions that end when they are idle, and for sessions that outlive a restart
there is the pattern `cookie-session-server-side`.
"""

import logging
import os
import secrets
import time
from collections import OrderedDict
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.security import APIKeyCookie
from starlette.requests import HTTPConnection

from app.http.cookies import CookiePolicy
from app.http.login import Issued, authenticated, unauthorized

ONE_DAY = 86_400
"""How long a session lasts, in seconds, when its cookie ends with the browser."""

MOST_SESSIONS = 100_000
"""How many sessions a process keeps, in about 40 MB: a login more ends the oldest one."""

logger = logging.getLogger(__name__)


class Session:
    """The sessions that one cookie identifies.

    `started` and `user` are dependencies: a new session for whoever sends the right credentials,
    or 401; the logged-in user's name, which `request.state.user` holds from then on, or 401 without
    a live session.
    """

    def __init__(self, cookie: CookiePolicy) -> None:
        self.cookie = cookie
        self._users: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._warned = False
        session_cookie = APIKeyCookie(name=cookie.name, scheme_name=cookie.name, auto_error=False)

        async def start(user: Annotated[str, Depends(authenticated)]) -> Issued:
            return Issued(user, self.open(user))

        async def logged_in(
            connection: HTTPConnection, token: Annotated[str | None, Depends(session_cookie)]
        ) -> str:
            user = self.user_of(token or "")
            if user is None:
                raise unauthorized("Not logged in")
            connection.state.user = user
            return user

        self.started = start
        self.user = logged_in

    def open(self, user: str) -> str:
        """Begin a session for `user` under a new token, and return the token."""
        self._warn()
        now = time.monotonic()
        self._make_room(now)
        token = secrets.token_urlsafe(32)
        self._users[token] = (user, now + (self.cookie.max_age or ONE_DAY))
        return token

    def user_of(self, token: str) -> str | None:
        """Return whose session the token stands for, or None when it is unknown or over."""
        user, ends = self._users.get(token, (None, 0.0))
        return user if time.monotonic() < ends else None

    def end(self, response: Response, request: Request) -> None:
        """Forget the request's session, here and in the browser."""
        self._users.pop(request.cookies.get(self.cookie.name, ""), None)
        self.cookie.delete(response)

    def _make_room(self, now: float) -> None:
        # All last equally long: what began first is over first.
        while self._users:
            _, ends = next(iter(self._users.values()))
            if now < ends and len(self._users) < MOST_SESSIONS:
                break
            self._users.popitem(last=False)

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

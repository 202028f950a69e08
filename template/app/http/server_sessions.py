"""Sessions that the server keeps: it can end them, and no cookie holds more than a random token.

The store knows only a hash of the token, so whoever reads the store cannot log in with it (OWASP
Session Management).

A browser has one session at a time: a token says which browser it is, and holds a secret that each
login replaces. Of several logins at the same moment the last one counts, in whichever process.
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie
from pydantic import BaseModel
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
from app.http.state import StateStore, Store


class SessionRecord(BaseModel):
    """What the store holds for a browser; `ends` is in seconds since 1970."""

    user: str
    ends: float
    secret: str


class ServerSession:
    """The sessions that one cookie identifies.

    A session ends after `idle_timeout` seconds without a request, and at the latest after
    `max_age` seconds, which its cookie must have. Requests renew it in the store, so the cookie is
    set once and for all at login, and the answer to any request can be a Response.

    `started`, `user` and `ended` are dependencies: a new session for whoever sends the right
    credentials, or 401; the logged-in user's name, which `request.state.user` holds from then on,
    or 401 without a live session; and the end of the request's session, if there is one. With a
    `login_page`, credentials are sent by its form, and `user_or_login` is like `user`, but sends
    browsers to that page.
    """

    def __init__(
        self, cookie: CookiePolicy, login_page: BrowserLogin | None = None, *, idle_timeout: int
    ) -> None:
        if cookie.max_age is None or not 0 < idle_timeout <= cookie.max_age:
            raise ValueError(f"{cookie.name}: max_age and a shorter idle_timeout are needed")
        self.cookie = cookie
        self.max_age = cookie.max_age
        self.idle_timeout = idle_timeout
        session_cookie = APIKeyCookie(name=cookie.name, scheme_name=cookie.name, auto_error=False)

        credentials = login_page.authenticated if login_page else authenticated

        async def start(
            request: Request, user: Annotated[str, Depends(credentials)], store: StateStore
        ) -> Issued:
            earlier = request.cookies.get(cookie.name, "")
            return Issued(user, await self.open(store, user, earlier))

        def required(refused: Refusal) -> Callable[..., Awaitable[str]]:
            async def logged_in(
                connection: HTTPConnection,
                token: Annotated[str | None, Depends(session_cookie)],
                store: StateStore,
            ) -> str:
                user = await self.user_of(store, token or "")
                if user is None:
                    raise refused(connection)
                connection.state.user = user
                return user

            return logged_in

        async def end(request: Request, store: StateStore) -> None:
            await self.close(store, request.cookies.get(cookie.name, ""))
            forget_visitor(request)

        self.started = start
        self.user = required(not_logged_in)
        self.user_or_login = required(login_page.refused if login_page else not_logged_in)
        self.ended = end

    async def open(self, store: Store, user: str, earlier: str = "") -> str:
        """Begin a session for `user`, and return its token.

        The session of the `earlier` token is over: whoever planted or kept it is logged out.
        """
        browser = earlier.partition(".")[0]
        if await store.get(self._key(browser)) is None:
            browser = secrets.token_urlsafe(16)
        secret = secrets.token_urlsafe(32)
        ends = time.time() + self.max_age
        record = SessionRecord(user=user, ends=ends, secret=_digest(secret))
        value = record.model_dump_json().encode()
        await store.set(self._key(browser), value, ttl=self.idle_timeout)
        return f"{browser}.{secret}"

    async def user_of(self, store: Store, token: str) -> str | None:
        """Renew the session, and return whose it is; None when it is unknown or over."""
        browser, _, secret = token.partition(".")
        key = self._key(browser)
        value = await store.get(key)
        if value is None:
            return None
        record = SessionRecord.model_validate_json(value)
        is_open = time.time() < record.ends and hmac.compare_digest(record.secret, _digest(secret))
        # A logout that comes between has the last word: `touch` renews only what is still there.
        # A login that comes between is renewed in its place.
        if not is_open or not await store.touch(key, ttl=self.idle_timeout):
            return None
        return record.user

    async def close(self, store: Store, token: str) -> None:
        """End the session of the token's browser, if there is one."""
        await store.delete(self._key(token.partition(".")[0]))

    def _key(self, browser: str) -> str:
        return f"session:{self.cookie.name}:browser:{_digest(browser)}"


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

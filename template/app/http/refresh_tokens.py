"""Refresh tokens that work once, each in place of the one before (RFC 9700, section 4.14.2).

All tokens that come from one login are a family. Whoever steals a token and uses it makes the
owner's next one a repeated use, or the other way round: either ends the family, for both.

A browser has one family at a time: a token says which browser and which family it is of, and each
login replaces the family. Of several logins at the same moment the last one counts.
"""

import hashlib
import logging
import secrets
import time
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request, Response
from fastapi.security import APIKeyCookie
from pydantic import BaseModel

from app.http.cookies import CookiePolicy
from app.http.login import (
    CHALLENGE_HEADERS,
    Issued,
    authenticated,
    forget_visitor,
    unauthorized,
)
from app.http.openapi import documented_error
from app.http.state import StateStore, Store

logger = logging.getLogger(__name__)


class FamilyRecord(BaseModel):
    """What the store holds for a browser; `ends` is in seconds since 1970."""

    user: str
    ends: float
    family: str


class RefreshTokens:
    """The families of tokens in one cookie, which the store knows by hashes only.

    A token that is not used within the cookie's `max_age` is worthless, and so is every token
    `lifetime` seconds after the login.

    `started`, `rotated` and `ended` are dependencies: the first token for whoever sends the right
    credentials, or 401; the next token for the request's, or 401 and no cookie any more, if one
    came; and the end of the request's family, if there is one.
    """

    def __init__(self, cookie: CookiePolicy, *, lifetime: int) -> None:
        if cookie.max_age is None or cookie.max_age > lifetime:
            raise ValueError(f"{cookie.name}: max_age and a longer lifetime are needed")
        self.cookie = cookie
        self.max_age = cookie.max_age
        self.lifetime = lifetime
        token_cookie = APIKeyCookie(name=cookie.name, scheme_name=cookie.name, auto_error=False)

        async def start(
            request: Request, user: Annotated[str, Depends(authenticated)], store: StateStore
        ) -> Issued:
            earlier = request.cookies.get(cookie.name, "")
            return Issued(user, await self.open(store, user, earlier))

        async def rotate(
            token: Annotated[str | None, Depends(token_cookie)], store: StateStore
        ) -> Issued:
            issued = await self.rotate(store, token) if token else None
            if issued is None:
                raise self.refused() if token else unauthorized("Log in again")
            return issued

        async def end(request: Request, store: StateStore) -> None:
            await self.close(store, request.cookies.get(cookie.name, ""))
            forget_visitor(request)

        self.started = start
        self.rotated = rotate
        self.ended = end

    async def open(self, store: Store, user: str, earlier: str = "") -> str:
        """Begin a family for `user`, and return its first token.

        The family of the `earlier` token is over.
        """
        browser = earlier.partition(".")[0]
        if await store.get(self._key("browser", browser)) is None:
            browser = secrets.token_urlsafe(16)
        family = secrets.token_urlsafe(16)
        record = FamilyRecord(user=user, ends=time.time() + self.lifetime, family=family)
        value = record.model_dump_json().encode()
        await store.set(self._key("browser", browser), value, ttl=self.max_age)
        return await self._next(store, f"{browser}.{family}", self.max_age)

    async def rotate(self, store: Store, token: str) -> Issued | None:
        """Return the token that comes next, or None and, when it was used before, no family."""
        login = token.rpartition(".")[0]
        browser, _, family = login.partition(".")
        key = self._key("browser", browser)
        value = await store.get(key)
        record = FamilyRecord.model_validate_json(value) if value else None
        if record is None or record.family != family:
            return None
        # `take` gives the token to one of several requests: for the others it is used already.
        if await store.take(self._key("token", token)) is None:
            await store.delete(key)
            logger.warning("A refresh token of %r was used again; its family is over", record.user)
            return None
        left = record.ends - time.time()
        if left <= 0 or not await store.touch(key, ttl=self.max_age):
            return None
        return Issued(record.user, await self._next(store, login, min(self.max_age, left)))

    async def close(self, store: Store, token: str) -> None:
        """End the family of the token's browser, if there is one."""
        await store.delete(self._key("browser", token.partition(".")[0]))

    def refusal(self) -> dict[int | str, dict[str, Any]]:
        """Return the `responses=` entry of the 401 that `rotated` raises."""
        described = (*CHALLENGE_HEADERS, self.cookie)
        entry = documented_error(401, "No valid refresh token", *described)
        entry[401]["headers"]["Set-Cookie"]["required"] = False  # there may have been no token
        return entry

    def refused(self) -> HTTPException:
        """Return the 401 that also makes the browser drop the token."""
        response = Response()
        self.cookie.delete(response)
        error = unauthorized("Log in again")
        headers = {**(error.headers or {}), "Set-Cookie": response.headers["set-cookie"]}
        return HTTPException(401, error.detail, headers)

    async def _next(self, store: Store, login: str, ttl: float) -> str:
        token = f"{login}.{secrets.token_urlsafe(32)}"
        await store.set(self._key("token", token), b"", ttl=ttl)
        return token

    def _key(self, kind: str, secret: str) -> str:
        digest = hashlib.sha256(secret.encode()).hexdigest()
        return f"refresh:{self.cookie.name}:{kind}:{digest}"

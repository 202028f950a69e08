"""Idempotency-Key: what is sent again is answered as the first time, and not done again.

draft-ietf-httpapi-idempotency-key-header-07. The answers are where state is kept: see
`app.http.state`.
"""

import asyncio
import hashlib
import json
import re
import secrets
from base64 import b64decode, b64encode
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Header, HTTPException, Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.application import Answered
from app.http.openapi import INVALID, NEEDED, documented_error, header
from app.http.state import StateStore, StateUnavailable, Store

KEY = re.compile(r'"[!#-\[\]-~ ]{1,255}"|[!#-~]{1,255}')
"""A string in quotes, as the draft asks for, or without them, as most clients send it."""

HELD = 60.0
"""Seconds for which a key is held after the process that answers has died."""

REPEATED = {
    **documented_error(400, "Idempotency-Key is missing, or is none"),
    **documented_error(409, "The first request of this key is still being answered"),
    **documented_error(422, "The key was used for another request, or the request is invalid"),
}
_schemas = REPEATED[422]["content"]["application/json"]
_schemas["schema"] = {"anyOf": [_schemas["schema"], INVALID]}


class Claim:
    """The right to answer for a key: nobody else does so at the same time.

    It is held until it is settled, however long that takes.
    """

    def __init__(self, store: Store, name: str, fingerprint: str, max_age: int) -> None:
        self._store = store
        self._name = name
        self._mark = [fingerprint, secrets.token_hex(8)]
        self._pending = json.dumps(self._mark).encode()
        self._max_age = max_age
        self._holding: asyncio.Task[None] | None = None

    async def won(self) -> bool:
        """Say whether the right is this claim's; from then on it has to be settled."""
        if not await self._store.add(self._name, self._pending, ttl=HELD):
            return False
        self._holding = asyncio.create_task(self._hold())
        return True

    async def keep(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        """Keep an answer for whoever sends the request again; cookies are handed out once."""
        kept = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in headers
            if name != b"set-cookie"
        ]
        record = json.dumps([*self._mark, status, kept, b64encode(body).decode()]).encode()
        if await self._ended():
            try:
                await self._store.set(self._name, record, ttl=self._max_age)
            except ValueError:  # too large for the store: it is not sent again, nor done again
                await self._store.set(self._name, self._pending, ttl=self._max_age)

    async def release(self) -> None:
        """Let the next request of this key be the first one."""
        if await self._ended():
            await self._store.delete(self._name)

    async def _hold(self) -> None:
        while True:
            await asyncio.sleep(HELD / 3)
            with suppress(StateUnavailable):
                await self._store.touch(self._name, ttl=HELD)

    async def _ended(self) -> bool:
        """Stop holding the key, and say whether it was not lost, and taken by another request."""
        if self._holding is not None:
            self._holding.cancel()
        return await self._store.get(self._name) == self._pending


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A dependency that lets one request of each key through, and answers the others.

    An answer is kept for `max_age` seconds. Errors are not kept: nothing was done, and the
    client may send the request again.

    A key belongs to one path and one caller. That is the user whom a login has found: it runs
    before, and leaves the name in `request.state.user`, as a login of your own has to. Without
    one it is whoever sends the same Authorization, so a client that gets a new token between two
    tries is another caller. All those that send none share their keys.
    """

    max_age: int

    async def __call__(
        self,
        request: Request,
        store: StateStore,
        idempotency_key: Annotated[str | None, Header(json_schema_extra=NEEDED)] = None,
    ) -> None:
        """Claim the key, or end the request: 400, 409, 422, or the answer that is kept."""
        if not KEY.fullmatch(idempotency_key or ""):
            raise HTTPException(400, "Send a new UUID as Idempotency-Key")
        key = (idempotency_key or "").strip('"')
        user, credentials = _caller(request)
        owner = [request.method, request.url.path, key, (user, credentials)]
        # Those who need no login must not push the answers of others out of memory.
        kind = "idempotency" if user else "anonymous-idempotency"
        name = f"{kind}:{_digest(owner)}"
        fingerprint = await _fingerprint(request)
        claim = Claim(store, name, fingerprint, self.max_age)
        if await claim.won():
            request.state.idempotency = claim
            return
        kept = await store.get(name)
        first, _, *answer = json.loads(kept) if kept else (fingerprint, "")
        if first != fingerprint:
            raise HTTPException(422, "This Idempotency-Key was used for another request")
        if not answer:
            raise HTTPException(409, "The first request of this Idempotency-Key is not done yet")
        raise Answered(_again(*answer))

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the header of an answer that is sent again."""
        again = header("`true` on an answer that was given before.", required=False)
        return {"Idempotent-Replayed": again}


class KeepAnswers:
    """ASGI middleware that keeps the answers to requests which claimed a key."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI 3.0)."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        start: Message = {}
        body: list[bytes] = []

        async def send_and_keep(message: Message) -> None:
            claim: Claim | None = state.get("idempotency")
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body" and claim is not None:
                body.append(message.get("body", b""))
                # Before the client knows that it is done: it may ask again at once.
                if not message.get("more_body", False):
                    await _settle(claim, start, b"".join(body))
                    del state["idempotency"]
            await send(message)

        try:
            await self.app(scope, receive, send_and_keep)
        finally:
            if "idempotency" in state:
                with suppress(StateUnavailable):
                    await state["idempotency"].release()


async def _settle(claim: Claim, start: Message, body: bytes) -> None:
    # What was done is done: the client gets the answer, even if it cannot be kept.
    with suppress(StateUnavailable):
        if start["status"] < 400:
            await claim.keep(start["status"], start["headers"], body)
        else:
            await claim.release()


def _again(status: int, headers: list[tuple[str, str]], body: str) -> Response:
    answer = Response(b64decode(body), status)
    kept = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    answer.raw_headers = [*kept, (b"idempotent-replayed", b"true")]
    return answer


def _caller(request: Request) -> tuple[str | None, str | None]:
    """Return who asks, by user or by credentials: cookies change between two tries."""
    user: str | None = getattr(request.state, "user", None)
    return user, None if user else request.headers.get("authorization")


async def _fingerprint(request: Request) -> str:
    """Return what tells this request from another one of its caller: content and query."""
    body = hashlib.sha256(await request.body()).hexdigest()
    return _digest([body, request.url.query, request.headers.get("content-type")])


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()

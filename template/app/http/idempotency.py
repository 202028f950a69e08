"""Idempotency-Key: what is sent again is answered as the first time, and not done again.

draft-ietf-httpapi-idempotency-key-header-07. The answers are where state is kept: see
`app.http.state`.
"""

import hashlib
import json
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Header, HTTPException, Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.application import Answered
from app.http.openapi import INVALID, documented_error, header
from app.http.state import StateStore, Store

KEY = re.compile(r'"[!#-\[\]-~ ]{1,255}"|[!#-~]{1,255}')
"""A string in quotes, as the draft asks for, or without them, as most clients send it."""

LONGEST_REQUEST = 60.0
"""Seconds after which a request that has not been answered no longer holds its key."""

REPEATED = {
    **documented_error(400, "Idempotency-Key is missing, or is none"),
    **documented_error(409, "The first request of this key is still being answered"),
    **documented_error(422, "The key was used for another request, or the request is invalid"),
}
_schemas = REPEATED[422]["content"]["application/json"]
_schemas["schema"] = {"anyOf": [_schemas["schema"], INVALID]}


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to answer for a key: nobody else does so at the same time."""

    store: Store
    name: str
    fingerprint: str
    max_age: int

    async def keep(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        """Keep an answer for whoever sends the request again; cookies are handed out once."""
        kept = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in headers
            if name != b"set-cookie"
        ]
        record = [self.fingerprint, status, kept, b64encode(body).decode()]
        await self.store.set(self.name, json.dumps(record).encode(), ttl=self.max_age)

    async def release(self) -> None:
        """Let the next request of this key be the first one."""
        await self.store.delete(self.name)


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A dependency that lets one request of each key through, and answers the others.

    An answer is kept for `max_age` seconds. Errors are not kept: nothing was done, and the
    client may send the request again. A key belongs to one path, and to who used it first.
    """

    max_age: int

    async def __call__(
        self,
        request: Request,
        store: StateStore,
        idempotency_key: Annotated[str | None, Header()] = None,
    ) -> None:
        """Claim the key, or end the request: 400, 409, 422, or the answer that is kept."""
        if not KEY.fullmatch(idempotency_key or ""):
            raise HTTPException(400, "Send a new UUID as Idempotency-Key")
        owner = [request.method, request.url.path, (idempotency_key or "").strip('"')]
        name = f"idempotency:{_digest(owner)}"
        fingerprint = await _fingerprint(request)
        pending = json.dumps([fingerprint]).encode()
        if await store.add(name, pending, ttl=LONGEST_REQUEST):
            request.state.idempotency = Claim(store, name, fingerprint, self.max_age)
            return
        first, *answer = json.loads(await store.get(name) or pending)
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
        start: Message = {"status": 500}
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
                await state["idempotency"].release()


async def _settle(claim: Claim, start: Message, body: bytes) -> None:
    if start["status"] < 400:
        await claim.keep(start["status"], start["headers"], body)
    else:
        await claim.release()


def _again(status: int, headers: list[tuple[str, str]], body: str) -> Response:
    answer = Response(b64decode(body), status)
    kept = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    answer.raw_headers = [*kept, (b"idempotent-replayed", b"true")]
    return answer


async def _fingerprint(request: Request) -> str:
    """Return what tells this request from another one: content, query and credentials."""
    secrets = sorted(item for item in request.cookies.items() if item[0].startswith("__"))
    sent = [request.headers.get(name) for name in ("content-type", "authorization")]
    body = hashlib.sha256(await request.body()).hexdigest()
    return _digest([body, request.url.query, sent, secrets])


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()

"""`app.http.idempotency`: once, whatever happens; in this process, and in Redis."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from fastapi.testclient import TestClient
from httpx2 import ASGITransport, AsyncClient
from pydantic import BaseModel
from starlette.middleware import Middleware
from starlette.types import Message, Receive, Scope, Send

from app.http.application import Application
from app.http.idempotency import REPEATED, Claim, Idempotency, KeepAnswers
from app.http.state import MemoryStore, OpenState, StateUnavailable, open_store
from tests.http.conftest import DATABASE
from tests.wire import violations

idempotency = Idempotency(max_age=60)
done: list[str] = []


class Payment(BaseModel):
    """What is paid."""

    amount: int


async def no_time() -> None:
    """Take no time."""


def create_app(work: Callable[[], Awaitable[None]] = no_time) -> FastAPI:
    """Return an application that pays after some work, and fails when it is told to."""
    app = Application(outermost=[Middleware(OpenState, database=DATABASE), Middleware(KeepAnswers)])

    async def log_in(request: Request, user: Annotated[str | None, Header()] = None) -> None:
        if user:
            request.state.user = user

    @app.post("/payments", status_code=201, dependencies=[Depends(log_in), Depends(idempotency)])
    async def pay(payment: Payment, response: Response, fail: int = 0) -> dict[str, int]:
        await work()
        done.append("paid")
        if fail == 500:
            raise RuntimeError
        if fail:
            raise HTTPException(fail)
        response.headers["Location"] = f"/payments/{len(done)}"
        response.set_cookie("seen", "1")
        return {"number": len(done), "amount": payment.amount}

    @app.post("/refunds", dependencies=[Depends(idempotency)])
    async def refund() -> str:
        return "refunded"

    return app


@pytest.fixture
def client(state_url: str) -> Iterator[TestClient]:
    """Yield a client with a key of its own, for each kind of store."""
    assert state_url
    done.clear()
    with TestClient(create_app(), raise_server_exceptions=False) as client:
        client.headers["Idempotency-Key"] = f'"{uuid.uuid4()}"'
        yield client


def test_what_is_sent_again_is_done_once(client: TestClient) -> None:
    """The answer is the first one, with its status and headers; cookies are not sent again."""
    first, again = [client.post("/payments", json={"amount": 5}) for _ in range(2)]
    assert done == ["paid"]
    assert (first.status_code, first.json()) == (201, {"number": 1, "amount": 5})
    assert (again.status_code, again.content) == (201, first.content)
    for name in ("content-length", "content-type", "location"):
        assert again.headers[name] == first.headers[name]
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert ("set-cookie" in first.headers, "set-cookie" in again.headers) == (True, False)


def test_quotes_make_no_difference(client: TestClient) -> None:
    """The draft has them, most clients don't."""
    client.post("/payments", json={"amount": 5})
    client.headers["Idempotency-Key"] = client.headers["Idempotency-Key"].strip('"')
    assert "idempotent-replayed" in client.post("/payments", json={"amount": 5}).headers


def test_nothing_else_of_a_key_is_left_out(client: TestClient) -> None:
    """Keys that differ in a letter are different."""
    key = client.headers["Idempotency-Key"].strip('"')
    for other in (key, f"X{key}", f"{key}X"):
        client.post("/payments", json={"amount": 5}, headers={"Idempotency-Key": other})
    assert done == ["paid"] * 3


def test_other_keys_and_paths_are_other_requests(client: TestClient) -> None:
    """A key belongs to its path."""
    client.post("/payments", json={"amount": 5})
    assert client.post("/refunds").json() == "refunded"
    client.headers["Idempotency-Key"] = str(uuid.uuid4())
    assert client.post("/payments", json={"amount": 5}).json()["number"] == 2


@pytest.mark.parametrize(
    "other",
    [
        {"json": {"amount": 6}},
        {"params": {"fail": "0"}},
        {"headers": {"Content-Type": "application/vnd.other+json"}},
    ],
)
def test_a_key_is_for_one_request(client: TestClient, other: Any) -> None:
    """Nobody gets the answer to another one."""
    client.post("/payments", json={"amount": 5})
    response = client.post("/payments", **{"json": {"amount": 5}, **other})
    assert response.status_code == 422
    assert response.json() == {"detail": "This Idempotency-Key was used for another request"}
    assert done == ["paid"]


@pytest.mark.parametrize("cookie", ["a=2", "__Host-first-visit=1", "__Host-session=renewed"])
def test_other_cookies_make_no_difference(client: TestClient, cookie: str) -> None:
    """They come and go between two requests, and some change with each."""
    for sent in ("__Host-session=first", cookie):
        client.post("/payments", json={"amount": 5}, headers={"Cookie": sent})
    assert done == ["paid"]


def test_a_key_is_for_one_caller(client: TestClient) -> None:
    """Two may choose the same one, and nobody gets the answer to somebody else."""
    callers: list[dict[str, str]] = [{}, {"Authorization": "a"}, {"Authorization": "b"}]
    for headers in callers * 2:
        client.post("/payments", json={"amount": 5}, headers=headers)
    assert done == ["paid"] * 3


def test_a_user_is_one_caller(client: TestClient) -> None:
    """Also with a new token, or a session that has been renewed."""
    for user, token in (("ana", "a"), ("ana", "b"), ("ana", "c"), ("ben", "c")):
        headers = {"User": user, "Authorization": token}
        client.post("/payments", json={"amount": 5}, headers=headers)
    assert done == ["paid"] * 2


@pytest.mark.parametrize("key", ["", '""', "two words", "x" * 256, '"', "tab\tkey"])
def test_a_key_is_needed(client: TestClient, key: str) -> None:
    """One that can be told from others."""
    client.headers["Idempotency-Key"] = key
    response = client.post("/payments", json={"amount": 5})
    assert response.status_code == 400
    assert response.json() == {"detail": "Send a new UUID as Idempotency-Key"}
    del client.headers["Idempotency-Key"]
    assert client.post("/payments", json={"amount": 5}).status_code == 400
    assert done == []


@pytest.mark.parametrize("status", [404, 409, 500, 503])
def test_errors_are_not_kept(client: TestClient, status: int) -> None:
    """The next request is a first one."""
    for _ in range(2):
        response = client.post("/payments", json={"amount": 5}, params={"fail": status})
        assert response.status_code == status
    assert len(done) == 2


def test_invalid_requests_can_be_corrected(client: TestClient) -> None:
    """With the same key: nothing was done."""
    assert client.post("/payments", json={"amount": "?"}).status_code == 422
    assert client.post("/payments", json={"amount": 5}).status_code == 201


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("seconds", [0.0, 1.0])
async def test_only_one_at_a_time(
    state_url: str, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others are told to come back until the answer is there, however long that takes."""
    monkeypatch.setattr("app.http.idempotency.HELD", 0.6)
    done.clear()
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        begun.set()
        await may_end.wait()

    app = create_app(wait)
    async with open_store(state_url, DATABASE) as store:

        async def with_store(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, "state": {"store": store}}, receive, send)

        async with AsyncClient(
            transport=ASGITransport(with_store),
            base_url="http://testserver",
            headers={"Idempotency-Key": str(uuid.uuid4())},
        ) as client:
            first = asyncio.create_task(client.post("/payments", json={"amount": 5}))
            await begun.wait()
            await asyncio.sleep(seconds)
            second = await client.post("/payments", json={"amount": 5})
            may_end.set()
            answers = [await first, await client.post("/payments", json={"amount": 5})]
    assert [violations(answer) for answer in (*answers, second)] == [[], [], []]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert second.status_code == 409
    detail = "The first request of this Idempotency-Key is not done yet"
    assert second.json() == {"detail": detail}
    assert done == ["paid"]


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_lost_claim_leaves_the_next_alone(state_url: str) -> None:
    """A process that stood still for too long neither ends it nor answers for it."""
    async with open_store(state_url, DATABASE) as store:
        name, tasks = f"test:{uuid.uuid4()}", asyncio.all_tasks()
        late, following = [Claim(store, name, "same", max_age=60) for _ in range(2)]
        assert [await late.won(), await following.won()] == [True, False]
        await store.delete(name)
        assert await following.won()
        held = await store.get(name)
        await late.release()
        await late.keep(200, [], b"late")
        assert await store.get(name) == held
        await following.release()
        assert await store.get(name) is None
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == tasks


class Settled:
    """A claim that notes how it ends."""

    def __init__(self) -> None:
        self.how: list[object] = []

    async def keep(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        """Note the answer."""
        self.how.append((status, headers, body))

    async def release(self) -> None:
        """Note that there is none."""
        self.how.append("released")


def start(status: int) -> Message:
    """Return the message that starts an answer."""
    return {"type": "http.response.start", "status": status, "headers": [(b"etag", b'"1"')]}


BEGIN = {"type": "http.response.body", "body": b"ab", "more_body": True}
END = {"type": "http.response.body"}
KEPT = [(b"etag", b'"1"')]


@pytest.mark.parametrize(
    ("messages", "how"),
    [
        ([start(201), BEGIN, BEGIN, END], (201, KEPT, b"abab")),
        ([start(399), END], (399, KEPT, b"")),
        ([start(400), END], "released"),
        ([start(500), BEGIN, END], "released"),
        ([start(201), BEGIN], "released"),
        ([start(201)], "released"),
        ([], "released"),
    ],
)
def test_claims_end_with_the_answer(messages: list[Message], how: object) -> None:
    """One that does not come to its end is none, and the next request is a first one."""
    claim = Settled()

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"]["idempotency"] = claim
        for message in messages:
            await send(message)

    async def send(_: Message) -> None:
        pass

    async def receive() -> Message:
        return {"type": "http.request"}

    asyncio.run(KeepAnswers(answer)({"type": "http"}, receive, send))
    assert claim.how == [how]


class Vanishing(MemoryStore):
    """A store in which another claim ends between two questions."""

    async def add(self, key: str, value: bytes, *, ttl: float) -> bool:
        """Find another claim."""
        return False


def test_claim_that_ends_meanwhile() -> None:
    """Its answer is not known, so the client has to come back."""
    with TestClient(create_app()) as client:
        client.app_state["store"] = Vanishing()
        key = {"Idempotency-Key": str(uuid.uuid4())}
        assert client.post("/payments", json={"amount": 5}, headers=key).status_code == 409


class Failing(MemoryStore):
    """A store that takes claims, and then fails."""

    async def get(self, key: str) -> bytes | None:
        """Fail."""
        raise StateUnavailable


def test_answer_that_cannot_be_kept() -> None:
    """It is given all the same: what was done is done."""
    done.clear()
    key = {"Idempotency-Key": str(uuid.uuid4())}
    with TestClient(create_app()) as client:
        client.app_state["store"] = Failing()
        assert client.post("/payments", json={"amount": 5}, headers=key).status_code == 201
    assert done == ["paid"]


def test_answers_are_described() -> None:
    """The kept one by a header, the refusals by their statuses."""
    described = idempotency.openapi_headers()["Idempotent-Replayed"]
    assert (described["required"], described["schema"]) == (False, {"type": "string"})
    assert list(REPEATED) == [400, 409, 422]
    schema = REPEATED[422]["content"]["application/json"]["schema"]
    assert [one["type"] for one in schema["anyOf"]] == ["object", "object"]
    kinds = [one["properties"]["detail"]["type"] for one in schema["anyOf"]]
    assert kinds == ["string", "array"]


def test_key_is_documented_as_required() -> None:
    """A request without it is never answered."""
    parameters = create_app().openapi()["paths"]["/refunds"]["post"]["parameters"]
    assert [(one["name"], one["required"]) for one in parameters] == [("idempotency-key", True)]


def test_answer_that_is_too_large_to_keep(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is sent, and the request is not carried out again, however late it is sent again."""
    monkeypatch.setattr("app.http.state.MemoryStore", partial(MemoryStore, limit=700))
    monkeypatch.setattr("app.http.idempotency.HELD", 0.1)
    done.clear()
    with TestClient(create_app()) as client:
        client.headers["Idempotency-Key"] = str(uuid.uuid4())
        first = client.post("/payments", json={"amount": 10**200})
        time.sleep(0.15)
        again = client.post("/payments", json={"amount": 10**200})
    assert (first.status_code, again.status_code, done) == (201, 409, ["paid"])
    assert first.json() == {"number": 1, "amount": 10**200}


def test_strangers_push_no_answer_of_a_user_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever needs no login can send any number of keys."""
    monkeypatch.setattr("app.http.state.MemoryStore", partial(MemoryStore, limit=3_000))
    with TestClient(create_app()) as client:
        mine = {"Idempotency-Key": str(uuid.uuid4()), "User": "ana"}
        client.post("/payments", json={"amount": 5}, headers=mine)
        for _ in range(20):
            strange = {"Idempotency-Key": str(uuid.uuid4())}
            client.post("/payments", json={"amount": 5}, headers=strange)
        again = client.post("/payments", json={"amount": 5}, headers=mine)
    assert again.headers["idempotent-replayed"] == "true"

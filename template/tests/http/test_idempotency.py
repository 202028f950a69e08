"""`app.http.idempotency`: once, whatever happens; in this process, and in Redis."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from fastapi import Depends, FastAPI, HTTPException, Response
from fastapi.testclient import TestClient
from httpx2 import ASGITransport, AsyncClient
from pydantic import BaseModel
from starlette.middleware import Middleware

from app.http.application import Application
from app.http.idempotency import REPEATED, Idempotency, KeepAnswers
from app.http.state import OpenState, open_store
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
    app = Application(outermost=[Middleware(OpenState), Middleware(KeepAnswers)])

    @app.post("/payments", status_code=201, dependencies=[Depends(idempotency)])
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
        {"headers": {"Authorization": "Bearer other"}},
        {"headers": {"Cookie": "__Host-session=other"}},
    ],
)
def test_a_key_is_for_one_request_of_one_caller(client: TestClient, other: Any) -> None:
    """Nobody gets the answer to another request, or to somebody else's."""
    client.post("/payments", json={"amount": 5})
    response = client.post("/payments", **{"json": {"amount": 5}, **other})
    assert response.status_code == 422
    assert response.json() == {"detail": "This Idempotency-Key was used for another request"}
    assert done == ["paid"]


def test_other_cookies_make_no_difference(client: TestClient) -> None:
    """They come and go between two requests."""
    for cookie in ("a=1", "a=2"):
        client.post("/payments", json={"amount": 5}, headers={"Cookie": cookie})
    assert done == ["paid"]


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
async def test_only_one_at_a_time(state_url: str) -> None:
    """Others are told to come back, until the answer is there."""
    done.clear()
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        begun.set()
        await may_end.wait()

    app = create_app(wait)
    async with open_store(state_url) as store:

        async def with_store(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, "state": {"store": store}}, receive, send)

        async with AsyncClient(
            transport=ASGITransport(with_store),
            base_url="http://testserver",
            headers={"Idempotency-Key": str(uuid.uuid4())},
        ) as client:
            first = asyncio.create_task(client.post("/payments", json={"amount": 5}))
            await begun.wait()
            second = await client.post("/payments", json={"amount": 5})
            may_end.set()
            answers = [await first, await client.post("/payments", json={"amount": 5})]
    assert [violations(answer) for answer in (*answers, second)] == [[], [], []]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert second.status_code == 409
    detail = "The first request of this Idempotency-Key is not done yet"
    assert second.json() == {"detail": detail}
    assert done == ["paid"]


def test_answers_are_described() -> None:
    """The kept one by a header, the refusals by their statuses."""
    described = idempotency.openapi_headers()["Idempotent-Replayed"]
    assert (described["required"], described["schema"]) == (False, {"type": "string"})
    assert list(REPEATED) == [400, 409, 422]
    schema = REPEATED[422]["content"]["application/json"]["schema"]
    assert [sorted(one["properties"]) for one in schema["anyOf"]] == [["detail"], ["detail"]]

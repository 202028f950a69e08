"""`app.http.webhooks`: who has sent a body, and when."""

from base64 import b64decode
from collections.abc import Callable
from time import time
from typing import Annotated

import pytest
from fastapi import Depends
from fastapi.testclient import TestClient

from app.http.application import Application
from app.http.webhooks import UNSIGNED, WebhookSettings, WebhookSignature, signature
from app.settings import UnusableSettingsError

OLD, NEW = b"the old secret, 24 bytes", b"the new secret, 24 bytes"
SECRETS = "whsec_dGhlIG5ldyBzZWNyZXQsIDI0IGJ5dGVz, whsec_dGhlIG9sZCBzZWNyZXQsIDI0IGJ5dGVz"
BODY = b'{ "a": 1 }'

webhook = WebhookSignature()
app = Application()


@app.post("/", responses=UNSIGNED)
async def receive(body: dict[str, int], webhook_id: Annotated[str, Depends(webhook)]) -> str:
    """Return what was verified."""
    return webhook_id


client = TestClient(app)


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Accept a new secret and the one before it."""
    monkeypatch.setenv("APP_WEBHOOK_SECRETS", SECRETS)


def signed(key: bytes, *, age: int = 0, body: bytes = BODY) -> dict[str, str]:
    """Return the headers of a webhook."""
    now = int(time()) - age
    return {
        "content-type": "application/json",
        "webhook-id": "msg_1",
        "webhook-timestamp": str(now),
        "webhook-signature": signature(key, "msg_1", now, body),
    }


def test_signature_is_that_of_the_standard() -> None:
    """The example of its libraries."""
    key = b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_headers_are_documented_as_required() -> None:
    """Without any of them a request is refused."""
    (operation,) = app.openapi()["paths"]["/"].values()
    assert {one["name"]: one["required"] for one in operation["parameters"]} == {
        "webhook-id": True,
        "webhook-timestamp": True,
        "webhook-signature": True,
    }


@pytest.mark.parametrize("key", [NEW, OLD])
def test_each_secret_is_accepted(key: bytes) -> None:
    """So that senders can change theirs one after the other."""
    response = client.post("/", content=BODY, headers=signed(key))
    assert (response.status_code, response.json()) == (200, "msg_1")


def test_one_of_several_signatures_is_enough() -> None:
    """Senders sign with both secrets, and in versions of their own, while they change."""
    headers = signed(NEW)
    headers["webhook-signature"] = f"v1a,AAAA {headers['webhook-signature']} v1,AAAA"
    assert client.post("/", content=BODY, headers=headers).status_code == 200


@pytest.mark.parametrize("age", [-290, 290])
def test_clocks_may_differ(age: int) -> None:
    """By the tolerance, in both directions."""
    assert client.post("/", content=BODY, headers=signed(NEW, age=age)).status_code == 200


@pytest.mark.parametrize("age", [-310, 310])
def test_other_times_are_refused(age: int) -> None:
    """Too old, or not yet."""
    response = client.post("/", content=BODY, headers=signed(NEW, age=age))
    assert response.status_code == 401
    assert response.json() == {"detail": "The time of the signature is not now"}


@pytest.mark.parametrize("timestamp", ["now", "1e9", "-1", "\xb2", "9" * 5000])
def test_time_is_a_number(timestamp: str) -> None:
    """Seconds since 1970."""
    headers = [(b"webhook-timestamp", timestamp.encode("latin-1"))]
    kept = signed(NEW)
    del kept["webhook-timestamp"]
    sent = [(name.encode(), value.encode()) for name, value in kept.items()]
    assert client.post("/", content=BODY, headers=[*sent, *headers]).status_code == 401


@pytest.mark.parametrize(
    "make",  # when the test runs: signatures grow old
    [
        lambda: signed(b"another secret, 24 bytes"),
        lambda: signed(NEW, body=b'{"a": 1}'),
        lambda: {**signed(NEW), "webhook-id": "msg_2"},
        lambda: {**signed(NEW), "webhook-signature": "v1,"},
        lambda: {**signed(NEW), "webhook-signature": signed(NEW)["webhook-signature"].swapcase()},
        lambda: {**signed(NEW), "webhook-signature": signed(NEW)["webhook-signature"][3:]},
    ],
)
def test_other_signatures_are_refused(make: Callable[[], dict[str, str]]) -> None:
    """Of another secret, body, id or version."""
    response = client.post("/", content=BODY, headers=make())
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Webhook-Signature"
    assert response.json() == {"detail": "The signature does not fit"}


def test_any_bytes_are_compared() -> None:
    """Text that is no ASCII is refused, not an error of the server."""
    headers = [(name.encode(), value.encode()) for name, value in signed(NEW).items()]
    headers[-1] = (b"webhook-signature", b"v1,\xe9")
    assert client.post("/", content=BODY, headers=headers).status_code == 401


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_each_header_is_needed(name: str) -> None:
    """The answer says which ones there are."""
    headers = {key: value for key, value in signed(NEW).items() if key != name}
    response = client.post("/", content=BODY, headers=headers)
    assert response.status_code == 401
    detail = "Send webhook-id, webhook-timestamp and webhook-signature"
    assert response.json() == {"detail": detail}


def test_body_is_verified_before_its_model() -> None:
    """Who has not signed learns nothing about the fields."""
    body = b'{"a": "x"}'
    assert client.post("/", content=body, headers=signed(NEW)).status_code == 401
    assert client.post("/", content=body, headers=signed(NEW, body=body)).status_code == 422


def test_nobody_is_known_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a secret nothing is accepted, not even what an empty one has signed."""
    monkeypatch.delenv("APP_WEBHOOK_SECRETS")
    assert client.post("/", content=BODY, headers=signed(b"")).status_code == 401


@pytest.mark.parametrize(
    "secrets",
    [
        *("whsec_", "whsec_AAAA", "whsec_%", f"whsec_%{SECRETS[6:]}", f"{SECRETS},AAAA"),
        *(SECRETS[6:], f"whsec{SECRETS[6:]}", f"WHSEC_{SECRETS[6:]}", "whsec_ü"),
        f"a{SECRETS}",
    ],
)
def test_weak_secrets_are_refused(monkeypatch: pytest.MonkeyPatch, secrets: str) -> None:
    """Each is `whsec_` and 24 bytes or more, in base64."""
    monkeypatch.setenv("APP_WEBHOOK_SECRETS", secrets)
    refused = r"\AAPP_WEBHOOK_SECRETS: a secret is whsec_ and base64 of at least 24 bytes\Z"
    with pytest.raises(UnusableSettingsError, match=refused):
        WebhookSettings.current()

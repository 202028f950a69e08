"""Signatures of webhooks (Standard Webhooks 1.0.0): who has sent a body, and when."""

import hmac
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256
from time import time
from typing import Annotated, Any

from fastapi import Header, HTTPException, Request
from pydantic import SecretStr, field_validator
from pydantic_settings import NoDecode

from app.http.openapi import NEEDED, HeaderDescription, documented_error
from app.settings import Settings

SHORTEST_SECRET = 24
"""The fewest bytes of a secret."""

SCHEME = "Webhook-Signature"
"""A 401 has to name a scheme (RFC 9110, section 11.6.1); none is registered for webhooks."""

UNSIGNED = documented_error(
    401,
    "No valid signature, or one that is too old",
    HeaderDescription("WWW-Authenticate", f"Always `{SCHEME}`."),
)


class WebhookSettings(Settings):
    """The secrets, separated by commas, as senders show them: `whsec_` and base64.

    What is signed with any of them is accepted, so the old one stays until senders use the new
    one. While there is none, nothing is accepted.
    """

    webhook_secrets: Annotated[tuple[SecretStr, ...], NoDecode] = ()

    @field_validator("webhook_secrets", mode="before")
    @classmethod
    def _separate(cls, value: Any) -> Any:
        return [one.strip() for one in value.split(",")] if isinstance(value, str) else value

    @field_validator("webhook_secrets")
    @classmethod
    def _refuse_short(cls, secrets: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if any(len(_decoded(secret)) < SHORTEST_SECRET for secret in secrets):
            raise ValueError(f"a secret is whsec_ and base64 of at least {SHORTEST_SECRET} bytes")
        return secrets

    def in_bytes(self) -> list[bytes]:
        """Return the secrets as the bytes that sign."""
        return [_decoded(secret) for secret in self.webhook_secrets]


@dataclass(frozen=True, slots=True)
class WebhookSignature:
    """A dependency that returns the id of a webhook, or raises 401.

    The signature is that of the bytes that have arrived, before a model reads them. An id comes
    again when its sender saw no answer: remember it, and do nothing the second time.

    Attributes:
        tolerance: seconds that the clocks of sender and receiver may differ.
    """

    tolerance: int = 300

    async def __call__(
        self,
        request: Request,
        webhook_id: Annotated[str, Header(json_schema_extra=NEEDED)] = "",
        webhook_timestamp: Annotated[str, Header(json_schema_extra=NEEDED)] = "",
        webhook_signature: Annotated[str, Header(json_schema_extra=NEEDED)] = "",
    ) -> str:
        """Return the id of what was signed within the tolerance."""
        if not (webhook_id and webhook_timestamp and webhook_signature):
            raise _refused("Send webhook-id, webhook-timestamp and webhook-signature")
        if not self.is_new(webhook_timestamp):
            raise _refused("The time of the signature is not now")
        body = await request.body()
        sent = [one.encode("latin-1") for one in webhook_signature.split(" ")]
        for key in WebhookSettings.current().in_bytes():
            expected = signature(key, webhook_id, int(webhook_timestamp), body).encode()
            if any(hmac.compare_digest(expected, one) for one in sent):
                return webhook_id
        raise _refused("The signature does not fit")

    def is_new(self, timestamp: str) -> bool:
        """Say whether this is a time, in seconds since 1970, within the tolerance."""
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
            return False
        return abs(time() - int(timestamp)) <= self.tolerance


def signature(key: bytes, webhook_id: str, timestamp: int, body: bytes) -> str:
    """Return what a sender puts into `webhook-signature`: HMAC with SHA-256, version 1."""
    signed = b".".join([webhook_id.encode("latin-1"), b"%d" % timestamp, body])
    return f"v1,{b64encode(hmac.digest(key, signed, sha256)).decode()}"


def _decoded(secret: SecretStr) -> bytes:
    scheme, _, encoded = secret.get_secret_value().rpartition("_")
    try:
        return b64decode(encoded, validate=True) if scheme == "whsec" else b""
    except ValueError:
        return b""


def _refused(detail: str) -> HTTPException:
    return HTTPException(401, detail, headers={"WWW-Authenticate": SCHEME})

"""Signed values: what this service has made, it knows again (HMAC with SHA-256).

Signed is not encrypted: whoever holds a signed value can read it.
"""

import hashlib
import logging
import secrets
from datetime import datetime
from functools import cache, lru_cache
from typing import Annotated, Any

from itsdangerous import BadSignature, URLSafeTimedSerializer
from pydantic import SecretStr, field_validator
from pydantic_settings import NoDecode

from app.settings import Settings

SHORTEST_KEY = 32
"""The fewest characters of a key, as many as SHA-256 has bytes."""

logger = logging.getLogger(__name__)


class SigningSettings(Settings):
    """The keys, separated by commas: the first one signs, those behind it are still accepted.

    To replace a key, put a new one in front; take the old one away when all that it has signed
    is over. `python -c "import secrets; print(secrets.token_urlsafe(32))"` makes one.
    """

    secret_keys: Annotated[tuple[SecretStr, ...], NoDecode] = ()

    @field_validator("secret_keys", mode="before")
    @classmethod
    def _separate(cls, value: Any) -> Any:
        return [key.strip() for key in value.split(",")] if isinstance(value, str) else value

    @field_validator("secret_keys")
    @classmethod
    def _refuse_short(cls, keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if any(len(key) < SHORTEST_KEY for key in keys):
            raise ValueError(f"a key has at least {SHORTEST_KEY} characters")
        return keys

    def newest_last(self) -> tuple[str, ...]:
        """Return the keys in the order of itsdangerous; without any, one of this process."""
        keys = tuple(key.get_secret_value() for key in reversed(self.secret_keys))
        return keys or (_key_of_this_process(),)


@cache
def _key_of_this_process() -> str:
    logger.warning("APP_SECRET_KEYS is not set: only this process accepts what it signs")
    return secrets.token_urlsafe(SHORTEST_KEY)


class Signer:
    """Signs values for one use; what is signed for another use is not accepted.

    A value is anything that JSON can hold.
    """

    def __init__(self, use: str) -> None:
        self.use = use

    def sign(self, value: Any) -> str:
        """Return the value with its time and signature, in characters that a cookie can hold."""
        return str(self._serializer().dumps(value))

    def read(self, signed: str, max_age: int) -> tuple[Any, datetime] | None:
        """Return the value and when it was signed.

        None when it was not signed here, was changed since, or is older than `max_age` seconds.
        """
        try:
            value, signed_at = self._serializer().loads(signed, max_age, return_timestamp=True)
        except BadSignature:  # SignatureExpired is one too
            return None
        return value, signed_at

    def _serializer(self) -> URLSafeTimedSerializer:
        return _serializer(self.use, SigningSettings.current().newest_last())


@lru_cache
def _serializer(use: str, keys: tuple[str, ...]) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        keys,
        salt=use,
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )

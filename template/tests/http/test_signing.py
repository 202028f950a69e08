"""`app.http.signing`: what was signed here, with which key, for what, and when."""

import hmac
import logging
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from app.http.signing import Signer, SigningSettings, _key_of_this_process
from app.settings import Settings, UnusableSettingsError

OLD = "old-key-" + "o" * 24
NEW = "new-key-" + "n" * 24
signer = Signer("test")


def use_keys(monkeypatch: pytest.MonkeyPatch, *keys: str) -> None:
    """Set the keys, as after a restart with another environment."""
    monkeypatch.setenv("APP_SECRET_KEYS", ",".join(keys))
    Settings.forget()


def at(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    """Set the clock that signatures are dated with."""
    monkeypatch.setattr("itsdangerous.timed.time", SimpleNamespace(time=lambda: seconds))


def test_value_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the time at which it was signed."""
    use_keys(monkeypatch, NEW)
    at(monkeypatch, 1_800_000_000)
    signed = signer.sign({"a": [1, "ü"]})
    assert signer.read(signed, 60) == ({"a": [1, "ü"]}, datetime.fromtimestamp(1_800_000_000, UTC))


def test_signature_is_that_of_sha_256(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a key of its own for each use, which is made with SHA-256 too."""
    use_keys(monkeypatch, NEW)
    value, _, signature = signer.sign("a").rpartition(".")
    key = hmac.digest(NEW.encode(), b"test", "sha256")
    made = hmac.digest(key, value.encode(), "sha256")
    assert signature == urlsafe_b64encode(made).decode().rstrip("=")


def test_signed_value_fits_into_a_cookie(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in it would have to be quoted."""
    use_keys(monkeypatch, NEW)
    signed = signer.sign('; "\\ ü' * 100)
    assert set(signed) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")


def test_changed_value_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of its characters counts, and each of the signature's."""
    use_keys(monkeypatch, NEW)
    signed = signer.sign("admin=no")
    for position, character in enumerate(signed[:-1]):
        other = "A" if character != "A" else "B"
        assert signer.read(signed[:position] + other + signed[position + 1 :], 60) is None


@pytest.mark.parametrize("signed", ["", ".", "..", "a.b.c", "ü", "null", "eyJhIjoxfQ"])
def test_unsigned_value_is_refused(monkeypatch: pytest.MonkeyPatch, signed: str) -> None:
    """Whatever it looks like."""
    use_keys(monkeypatch, NEW)
    assert signer.read(signed, 60) is None


def test_signature_for_another_use_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value cannot be carried from one cookie into another."""
    use_keys(monkeypatch, NEW)
    assert signer.read(Signer("other").sign("a"), 60) is None


@pytest.mark.parametrize(("later", "is_read"), [(0, True), (60, True), (61, False)])
def test_signature_ends(monkeypatch: pytest.MonkeyPatch, later: int, *, is_read: bool) -> None:
    """After `max_age` seconds, however long its holder keeps it."""
    use_keys(monkeypatch, NEW)
    at(monkeypatch, 1_800_000_000)
    signed = signer.sign("a")
    at(monkeypatch, 1_800_000_000 + later)
    assert (signer.read(signed, 60) is not None) is is_read


def test_older_key_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until it is taken away."""
    use_keys(monkeypatch, OLD)
    signed = signer.sign("a")
    use_keys(monkeypatch, NEW, OLD)
    assert signer.read(signed, 60) is not None
    use_keys(monkeypatch, NEW)
    assert signer.read(signed, 60) is None


def test_newest_key_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the first one of the list."""
    use_keys(monkeypatch, NEW, OLD)
    signed = signer.sign("a")
    use_keys(monkeypatch, NEW)
    assert signer.read(signed, 60) is not None
    use_keys(monkeypatch, OLD)
    assert signer.read(signed, 60) is None


def test_key_of_this_process(caplog: pytest.LogCaptureFixture) -> None:
    """Without keys the service works, and says once that no other process can read its values."""
    _key_of_this_process.cache_clear()
    with caplog.at_level(logging.WARNING):
        signed = signer.sign("a")
        assert signer.read(signed, 60) is not None
    assert caplog.messages == [
        "APP_SECRET_KEYS is not set: only this process accepts what it signs"
    ]
    _key_of_this_process.cache_clear()  # as in another process
    assert signer.read(signed, 60) is None


def test_keys_may_be_written_with_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are no part of a key."""
    monkeypatch.setenv("APP_SECRET_KEYS", f"{NEW} , {OLD}")
    assert SigningSettings.current().newest_last() == (OLD, NEW)


@pytest.mark.parametrize("keys", ["x" * 31, f"{NEW},short", f"{NEW},"])
def test_short_key_is_refused(monkeypatch: pytest.MonkeyPatch, keys: str) -> None:
    """It could be guessed; and the message does not give it away."""
    monkeypatch.setenv("APP_SECRET_KEYS", keys)
    refused = r"\AAPP_SECRET_KEYS: a key has at least 32 characters\Z"
    with pytest.raises(UnusableSettingsError, match=refused):
        SigningSettings.current()


def test_keys_do_not_print_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs and tracebacks show settings."""
    use_keys(monkeypatch, NEW)
    assert NEW not in repr(SigningSettings.current())

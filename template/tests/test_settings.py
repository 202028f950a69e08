"""`app.settings`: the environment, read once."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from traceback import format_exception
from typing import Annotated, Any, Self

import pytest
from fastapi.testclient import TestClient
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import NoDecode
from starlette.types import Message

from app.http.application import Application
from app.settings import Settings, UnusableSettingsError, kinds, refuse_start

FILE = Settings.model_config["env_file"]
"""What is read beside the environment, by everything but tests."""


@pytest.fixture
def file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the path of a file of settings, which is not there yet, but would be read."""
    monkeypatch.chdir(tmp_path)
    for kind in kinds(Settings):
        monkeypatch.setitem(kind.model_config, "env_file", FILE)
    return tmp_path / ".env"


class Colours(Settings):
    """Settings of a module of its own."""

    colour: str = "red"


def test_settings_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are answered from what the environment held when they were first asked for."""
    monkeypatch.setenv("APP_COLOUR", "blue")
    assert Colours.current().colour == "blue"
    monkeypatch.setenv("APP_COLOUR", "green")
    assert Colours.current().colour == "blue"
    assert Colours.current() is Colours.current()


def test_settings_can_be_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests start from an environment of their own."""
    assert Colours.current().colour == "red"
    monkeypatch.setenv("APP_COLOUR", "green")
    Settings.forget()
    assert Colours.current().colour == "green"


def test_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty password is no password."""
    monkeypatch.setenv("APP_COLOUR", "")
    assert Colours.current().colour == "red"


def test_file_is_read(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """With variables of other programs in it; the environment goes first."""
    file.write_text("APP_COLOUR=blue\nAPP_OTHER=1\nOTHER=1\n", encoding="utf-8")
    assert Colours.current().colour == "blue"
    monkeypatch.setenv("APP_COLOUR", "green")
    Settings.forget()
    assert Colours.current().colour == "green"


class Unusual(Settings):
    """Settings of each kind; all of them can be used when nothing is set."""

    unusual_count: Annotated[int, Field(gt=0)] = 1
    unusual_names: tuple[str, ...] = ()
    unusual_parts: Annotated[tuple[str, ...], NoDecode] = ()
    unusual_secret: SecretStr = SecretStr("")

    @field_validator("unusual_parts", mode="before")
    @classmethod
    def _separate(cls, value: Any) -> Any:
        return value.split(",") if isinstance(value, str) else value


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("APP_UNUSUAL_COUNT", "s3cret", "Input should be a valid integer, .*"),
        ("APP_UNUSUAL_COUNT", "-12345", "Input should be greater than 0"),
        ("APP_UNUSUAL_SECRET", "s3cret\udcff", "it is not UTF-8"),
        ("APP_UNUSUAL_PARTS", "a,s3cret\udcff", "it is not UTF-8"),
    ],
)
def test_unusable_settings_are_told(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, why: str
) -> None:
    """In one line that names the variable, and nothing of what it holds."""
    monkeypatch.setenv(name, value)
    for read in (Unusual.current, Settings.check):
        with pytest.raises(UnusableSettingsError, match=rf"\A{name}: {why}\Z") as refused:
            read()
        assert value not in str(refused.value)
        assert "s3cr" not in "".join(format_exception(refused.value))


def test_text_that_is_no_json_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the name of the field."""
    monkeypatch.setenv("APP_UNUSUAL_NAMES", "s3cret")
    with pytest.raises(UnusableSettingsError, match="unusual_names") as refused:
        Settings.check()
    assert "s3cret" not in "".join(format_exception(refused.value))


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("APP_UNUSUAL_SECRET", "s3cret\udcff", "APP_UNUSUAL_SECRET: it is not UTF-8"),
        ("APP_RANGE_FIRST", "3", "Range: the last is less than the first"),
    ],
)
def test_all_that_is_wrong_is_told_once(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, why: str
) -> None:
    """However many settings there are, of one kind or several, and whoever reads them."""
    monkeypatch.setenv("APP_UNUSUAL_COUNT", "0")
    monkeypatch.setenv(name, value)
    with pytest.raises(UnusableSettingsError) as refused:
        Settings.check()
    assert str(refused.value) == f"APP_UNUSUAL_COUNT: Input should be greater than 0; {why}"


class Range(Settings):
    """Settings that are wrong only together."""

    range_first: int = 1
    range_last: int = 2

    @model_validator(mode="after")
    def is_no_less(self) -> Self:
        """Check both."""
        if self.range_last < self.range_first:
            raise ValueError("the last is less than the first")
        return self


def test_what_is_wrong_together_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """No single variable is to blame."""
    monkeypatch.setenv("APP_RANGE_FIRST", "3")
    with pytest.raises(UnusableSettingsError, match=r"\ARange: the last is less than the first\Z"):
        Settings.check()


def test_nothing_tells_what_was_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does Pydantic's own error, whoever reads settings without `current`."""
    monkeypatch.setenv("APP_UNUSUAL_COUNT", "s3cret")
    with pytest.raises(ValidationError) as refused:
        Unusual()
    assert "s3cret" not in str(refused.value)


def test_check_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test sets after the start still counts."""
    Settings.check()
    monkeypatch.setenv("APP_UNUSUAL_COUNT", "2")
    assert Unusual.current().unusual_count == 2


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"APP_A=s3cret\xff", ".env is not UTF-8"), (None, ".env cannot be read: Permission denied")],
)
def test_file_that_cannot_be_read_is_told(
    monkeypatch: pytest.MonkeyPatch, file: Path, content: bytes | None, why: str
) -> None:
    """Whatever it holds."""
    file.write_bytes(content or b"")
    if content is None:

        def refuse(*_: object, **__: object) -> None:
            raise PermissionError(13, "Permission denied", ".env")

        monkeypatch.setattr("pydantic_settings.sources.providers.dotenv.dotenv_values", refuse)
    with pytest.raises(UnusableSettingsError, match=rf"\A{re.escape(why)}\Z") as refused:
        Settings.check()
    assert "s3cret" not in "".join(format_exception(refused.value))


def test_service_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server logs the reason, before anything else of the service begins."""
    monkeypatch.setenv("APP_UNUSUAL_COUNT", "0")
    begun = []

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        begun.append("lifespan")
        yield

    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "lifespan.startup"}

    async def send(message: Message) -> None:
        sent.append(message)

    app = Application(lifespan=lifespan)
    with pytest.raises(UnusableSettingsError):
        asyncio.run(app({"type": "lifespan", "state": {}}, receive, send))
    why = "APP_UNUSUAL_COUNT: Input should be greater than 0"
    assert (sent, begun) == ([{"type": "lifespan.startup.failed", "message": why}], [])
    assert TestClient(app).get("/").status_code == 404


def test_start_is_refused_when_the_server_asks_for_it() -> None:
    """And with one line, because servers log it as it is."""
    seen: list[Any] = []

    async def receive() -> Message:
        seen.append("asked")
        return {"type": "lifespan.startup"}

    async def send(message: Message) -> None:
        seen.append(message)

    asyncio.run(refuse_start("No address:\n nowhere to go", receive, send))
    refusal = {"type": "lifespan.startup.failed", "message": "No address: nowhere to go"}
    assert seen == ["asked", refusal]

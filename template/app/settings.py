"""Settings from the environment: secrets belong there, never into a file that is committed."""

from collections.abc import Iterator
from typing import Any, ClassVar, Self

from pydantic import ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError
from starlette.types import ASGIApp, Receive, Scope, Send


class UnusableSettingsError(ValueError):
    """Settings that no service can work with.

    The message is one line that names the variables, and says nothing of what they hold.
    """


class Settings(BaseSettings):
    """The base of all settings: `APP_` variables, or an `.env` file on a developer's machine.

    What a validator raises is logged, so it does not repeat the value.
    """

    model_config = SettingsConfigDict(
        env_prefix="APP_",
        env_file=".env",
        env_ignore_empty=True,  # an empty password is no password
        extra="ignore",
        hide_input_in_errors=True,  # a secret that is refused must not be logged
    )

    _current: ClassVar[dict[type, Any]] = {}

    @field_validator("*", mode="before")
    @classmethod
    def _refuse_other_encodings(cls, value: Any) -> Any:
        """Refuse bytes that are no text: Python keeps them, and cannot send or compare them."""
        try:
            for one in value if isinstance(value, list) else [value]:
                str(one).encode()
        except UnicodeEncodeError:
            raise ValueError("it is not UTF-8") from None
        return value

    @classmethod
    def current(cls) -> Self:
        """Return these settings, read when they are first asked for.

        Raises `UnusableSettingsError`.
        """
        if cls not in Settings._current:
            Settings._current[cls] = cls._read()
        settings: Self = Settings._current[cls]
        return settings

    @staticmethod
    def check() -> None:
        """Read the settings of all modules, without keeping them.

        Raises `UnusableSettingsError` with everything that is wrong.
        """
        wrong = []
        for kind in kinds(Settings):
            try:
                kind._read()
            except UnusableSettingsError as error:
                wrong.append(str(error))
        if wrong:
            raise UnusableSettingsError("; ".join(dict.fromkeys(wrong)))

    @staticmethod
    def forget() -> None:
        """Let all settings be read anew, as tests that change the environment need it."""
        Settings._current.clear()

    @classmethod
    def _read(cls) -> Self:
        try:
            return cls()
        except ValidationError as error:
            reason = "; ".join(cls._told(one) for one in error.errors())
        except SettingsError as error:
            reason = str(error)
        except UnicodeDecodeError:
            reason = ".env is not UTF-8"
        except OSError as error:
            reason = f".env cannot be read: {error.strerror}"
        raise UnusableSettingsError(reason)

    @classmethod
    def _told(cls, error: ErrorDetails) -> str:
        """Return what an error is about, a variable or all of them together, and what is wrong."""
        prefix = cls.model_config["env_prefix"]
        about = f"{prefix}{error['loc'][0]}".upper() if error["loc"] else cls.__name__
        return f"{about}: {error['msg'].removeprefix('Value error, ')}"


def kinds(kind: type[Settings]) -> Iterator[type[Settings]]:
    """Yield a class and those below it, which are the settings of the modules that are imported."""
    yield kind
    for one in kind.__subclasses__():
        yield from kinds(one)


class CheckedSettings:
    """ASGI middleware that reads all settings when the service starts.

    With what cannot be used the server logs one line, and does not start.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, or the lifespan (ASGI 3.0)."""
        if scope["type"] == "lifespan":
            try:
                Settings.check()
            except UnusableSettingsError as error:
                await refuse_start(str(error), receive, send)
                raise
        await self.app(scope, receive, send)


async def refuse_start(reason: str, receive: Receive, send: Send) -> None:
    """Let the server log one line, and not start (ASGI 3.0, lifespan)."""
    await receive()
    await send({"type": "lifespan.startup.failed", "message": " ".join(reason.split())})

"""Settings from the environment: secrets belong there, never into a file that is committed."""

from typing import Any, ClassVar, Self

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The base of all settings: `APP_` variables, or an `.env` file on a developer's machine."""

    model_config = SettingsConfigDict(
        env_prefix="APP_",
        env_file=".env",
        env_ignore_empty=True,  # an empty password is no password
        extra="ignore",
        hide_input_in_errors=True,  # a secret that is refused must not be logged
    )

    _current: ClassVar[dict[type, Any]] = {}

    @classmethod
    def current(cls) -> Self:
        """Return these settings, read when they are first asked for."""
        if cls not in Settings._current:
            Settings._current[cls] = cls()
        settings: Self = Settings._current[cls]
        return settings

    @staticmethod
    def forget() -> None:
        """Let all settings be read anew, as tests that change the environment need it."""
        Settings._current.clear()

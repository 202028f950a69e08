"""Settings from the environment: secrets belong there, never into a file that is committed."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The base of all settings: `APP_` variables, or an `.env` file on a developer's machine."""

    model_config = SettingsConfigDict(
        env_prefix="APP_",
        env_file=".env",
        env_ignore_empty=True,  # an empty password is no password
        extra="ignore",
    )

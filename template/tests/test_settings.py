"""`app.settings`: the environment, read once."""

from pathlib import Path

import pytest

from app.settings import Settings


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


def test_file_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With variables of other programs in it; the environment goes first."""
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text("APP_COLOUR=blue\nAPP_OTHER=1\nOTHER=1\n", encoding="utf-8")
    assert Colours.current().colour == "blue"
    monkeypatch.setenv("APP_COLOUR", "green")
    Settings.forget()
    assert Colours.current().colour == "green"

"""`app.http.setting_types`: what the values of settings have to be."""

import os
from errno import ENAMETOOLONG, ENOTDIR
from os import strerror
from pathlib import Path
from traceback import format_exception

import pytest

from app.http.setting_types import Directory, Name
from app.settings import Settings, UnusableSettingsError

INVISIBLE = "it begins or ends with a space, or holds a control character"


class Typed(Settings):
    """Settings of each type; all of them can be used when nothing is set."""

    typed_folder: Directory = Path("none")
    typed_person: Name = "ana"


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("APP_TYPED_PERSON", " s3cret", INVISIBLE),
        ("APP_TYPED_PERSON", "s3cret\n", INVISIBLE),
        ("APP_TYPED_PERSON", "s3cr\x1bet", INVISIBLE),
        ("APP_TYPED_FOLDER", __file__, "it is no directory that this service may read"),
        ("APP_TYPED_FOLDER", f"{__file__}/s3cret", f"it cannot be reached: {strerror(ENOTDIR)}"),
        ("APP_TYPED_FOLDER", "s3cret" * 100, f"it cannot be reached: {strerror(ENAMETOOLONG)}"),
    ],
)
def test_unusable_settings_are_told(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, why: str
) -> None:
    """In one line that names the variable, and nothing of what it holds."""
    monkeypatch.setenv(name, value)
    with pytest.raises(UnusableSettingsError, match=rf"\A{name}: {why}\Z") as refused:
        Typed.current()
    assert value not in str(refused.value)
    assert "s3cr" not in "".join(format_exception(refused.value))


def test_folder_may_come_later(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """But one that is there can be read."""
    folder = tmp_path / "folder"
    monkeypatch.setenv("APP_TYPED_FOLDER", str(folder))
    Settings.check()
    folder.mkdir()
    Settings.check()
    monkeypatch.setattr("os.access", lambda _, mode: mode != os.R_OK | os.X_OK)
    with pytest.raises(UnusableSettingsError, match="it is no directory that this service may"):
        Settings.check()

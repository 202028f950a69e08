"""What is kept for the next command is what was made, and losing it loses nothing."""

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scaffold.project.kept import LONGEST, kept
from scaffold.system import folders

pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Return the cache of this test."""
    return tmp_path / "cache" / folders.APPLICATION


def made(values: list[Any], stamp: Any = "1", folder: str = "/project") -> Any:
    """Return what is kept, or else the next of the values."""
    return kept(Path(folder), "answers", stamp, lambda: values.pop(0))


def test_it_is_made_once() -> None:
    values: list[Any] = [{"a": [1, None, "é"]}, "again"]
    assert made(values) == made(values) == {"a": [1, None, "é"]}
    assert values == ["again"]


def test_another_stamp_makes_it_anew() -> None:
    values: list[Any] = ["first", "second", "third"]
    assert [made(values, stamp) for stamp in ("1", ["2", 3], ["2", 3], "1")] == [
        *("first", "second"),
        *("second", "third"),
    ]


def test_projects_and_kinds_have_each_their_own() -> None:
    values: list[Any] = ["first", "second", "third"]
    assert made(values, folder="/a") == "first"
    assert made(values, folder="/b") == "second"
    assert kept(Path("/a"), "renders", "1", lambda: values.pop(0)) == "third"


def test_a_name_that_is_no_text_is_one() -> None:
    values: list[Any] = ["first", "second"]
    assert made(values, folder="/odd\udcff") == made(values, folder="/odd\udcff") == "first"
    assert made(values, folder="/odd") == "second"


@pytest.mark.parametrize("value", [{"day": date(2026, 1, 31)}, {1: "a"}, "a" * (LONGEST + 1)])
def test_what_json_would_change_is_not_kept(value: Any, cache: Path) -> None:
    assert made([value]) == value
    assert list((cache / "answers").iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"stamp": "1"}', b"\xff"])
def test_a_broken_file_is_replaced(content: bytes, cache: Path) -> None:
    made(["first"])
    [path] = (cache / "answers").iterdir()
    path.write_bytes(hashlib.sha256(content).digest() + content)
    values: list[Any] = ["second", "third"]
    assert made(values) == made(values) == "second"


def test_a_cache_that_cannot_be_written_does_no_harm(cache: Path) -> None:
    cache.parent.mkdir()
    cache.write_text("in the way")
    assert made(["first"]) == "first"

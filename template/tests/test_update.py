"""Nothing is left over from an update of the project's template."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MARKER = re.compile(rb"^(<{7}|>{7})( |\r?$)", re.MULTILINE)


def files() -> Iterator[Path]:
    """Yield what an update may have written."""
    folders = [ROOT / name for name in ("app", "tests", ".github")]
    for paths in (ROOT.glob("*"), *(folder.rglob("*") for folder in folders)):
        yield from (path for path in paths if path.is_file())


def test_no_conflict_is_left() -> None:
    """Every conflict between the project and its template has been decided."""
    assert [path for path in files() if MARKER.search(path.read_bytes())] == []


def test_no_rejected_change_is_left() -> None:
    """Every change that could not be applied has been dealt with."""
    assert [path for path in files() if path.suffix == ".rej"] == []


@pytest.mark.parametrize("end", [b"", b" before updating", b" after updating", b"\r"])
@pytest.mark.parametrize("sign", [b"<", b">"])
def test_markers_are_recognised(sign: bytes, end: bytes) -> None:
    """With and without the words that Copier puts behind them."""
    assert MARKER.search(b"line\n" + sign * 7 + end + b"\nline\n")


@pytest.mark.parametrize("line", [b"=======", b"text <<<<<<< text", b"<<<<<<<<", b"<<<<<<<a"])
def test_other_lines_are_no_markers(line: bytes) -> None:
    """An underlined heading, for instance."""
    assert not MARKER.search(b"line\n" + line + b"\nline\n")

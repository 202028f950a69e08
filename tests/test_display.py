"""How messages and files look on a terminal, and in a pipe."""

import io

import pytest

from scaffold.errors import InvalidSpec
from scaffold.shown.pages import tree_page, tree_rows
from scaffold.spec.lines import parse_line
from scaffold.spec.mistakes import named_by_line
from scaffold.system import display

LONG = "a path: a shared cache would hand one visitor's cookie to the next; use private, no-cache"


class Tty(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Return that it is one."""
        return True


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.delenv("NO_COLOR", raising=False)


def test_a_message_in_a_pipe_is_one_plain_line() -> None:
    assert display.message("error", f"{LONG}\n", io.StringIO()) == f"error: {LONG}"


def test_a_message_on_a_terminal_breaks_at_words(monkeypatch: pytest.MonkeyPatch) -> None:
    coloured = display.message("error", LONG, Tty())
    assert coloured.startswith("\x1b[1;31merror:\x1b[0m a path")
    monkeypatch.setenv("NO_COLOR", "1")
    plain = display.message("error", LONG, Tty())
    assert "\x1b" not in plain
    assert " ".join(plain.split()) == f"error: {LONG}"
    assert all(len(line) <= 60 for line in plain.splitlines())
    assert plain.count("\n") == 1


@pytest.mark.parametrize(("columns", "width"), [("20", 60), ("80", 80), ("300", 100)])
def test_pages_are_as_wide_as_the_terminal_within_reason(
    monkeypatch: pytest.MonkeyPatch, columns: str, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert display.width(Tty()) == width
    assert display.width(io.StringIO()) == display.PLAIN_WIDTH


def test_a_file_is_coloured_only_for_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "def f() -> int:\n    return 1\n"
    assert display.highlighted("a.py", text, io.StringIO()) == text
    assert "\x1b[" in display.highlighted("a.py", text, Tty())
    assert display.highlighted("a.unknown", text, Tty()) == text
    monkeypatch.setenv("TERM", "dumb")
    assert display.highlighted("a.py", text, Tty()) == text


def test_the_tree_has_every_folder_once() -> None:
    rows = list(tree_rows(["b/c/d.py", "a.txt", "b/e.py"]))
    assert rows == [
        ("a.txt", "a.txt"),
        ("b/", None),
        ("  c/", None),
        ("    d.py", "b/c/d.py"),
        ("  e.py", "b/e.py"),
    ]


def test_a_tree_fits_its_width() -> None:
    from pathlib import Path

    from scaffold.new.create import Created

    files = {"app/endpoints/get_posts_post_id.py": 1234, "README.md": 56}
    page = tree_page(Created(Path("a"), files, {}), 60)
    assert all(len(line) <= 60 for line in page.splitlines())
    assert "      get_posts_post_id.py     1,234 bytes" in page.splitlines()


@pytest.mark.parametrize(
    ("field", "where"),
    [
        ("endpoints[0].path", "path: "),
        ("endpoints[0].headers[0].directives", "cache-control directives: "),
        ("endpoints[0].cookies[0]", "cookie-set: "),
        ("endpoints[0].response.fields.id", "json-model fields.id: "),
        ("endpoints[0].body.a", "body a: "),
        ("endpoints[0]", ""),
    ],
)
def test_a_mistake_in_a_line_is_named_by_the_line(field: str, where: str) -> None:
    line = "POST /a body(a=str) json-model cache-control(directives=x) cookie-set as a"
    named = named_by_line(InvalidSpec(field, "no", "yes"), line, parse_line(line))
    start = 'endpoint line "POST /a body(a=str) json-model cache-control(directives=...: '
    assert str(named) == f"{start}{where}no; yes"
    assert named.field == field

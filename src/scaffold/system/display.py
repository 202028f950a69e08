"""How text looks on what it is printed to: its width, its colours, its highlighting."""

import os
import re
from typing import TextIO

NARROWEST = 60
"""Pages are made for at least so many columns; a narrower terminal breaks their lines itself."""
WIDEST = 100
"""Longer lines of prose are hard to read."""
PLAIN_WIDTH = 96
"""The width of what goes to a file or to another program."""
LONGEST = 10_000
"""How many signs of a message are shown; it may quote what somebody wrote without end."""

HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
"""Signs that change what a terminal does or how a line reads, instead of being seen.

These are the controls of ECMA-48 but tab and line feed, and those of Unicode that set directions
(UAX 9), end lines, or repeat ASCII as invisible tags; also what stands for undecodable bytes.
"""


def visible(text: str) -> str:
    """Return text that others wrote with escapes for the signs in it that nobody would see."""
    return HIDDEN.sub(lambda found: ascii(found[0])[1:-1], text)


def in_one_line(text: str) -> str:
    """Return text such as a path or a name as a part of a line, in which it ends no line."""
    return visible(text.replace("\n", "\\n"))


def is_terminal(stream: TextIO) -> bool:
    """Say whether a person sees what is printed, on a terminal that can do more than print."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def has_colours(stream: TextIO) -> bool:
    """Say whether to print in colours; see https://no-color.org."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR")


def width(stream: TextIO) -> int:
    """Return how many columns a page may have."""
    if not stream.isatty():
        return PLAIN_WIDTH

    import shutil

    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size().columns))


def styled(text: str, codes: str, stream: TextIO) -> str:
    """Return text in the colours of an ANSI sequence's codes, such as `1;31`."""
    return f"\x1b[{codes}m{text}\x1b[0m" if has_colours(stream) else text


def message(kind: str, text: str, stream: TextIO) -> str:
    """Return a message: one line for programs, and lines that break at words for a person.

    Args:
        kind: what stands before it: `error` or `note`.
        text: the message.
        stream: where it is printed.
    """
    line = visible(f"{kind}: {' '.join(text.split())}")
    if len(line) > LONGEST:
        line = f"{line[:LONGEST]} ..."
    if is_terminal(stream):
        import textwrap

        line = textwrap.fill(
            line,
            width(stream),
            subsequent_indent="  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    colour = "1;31" if kind == "error" else "1;33"
    return styled(f"{kind}:", colour, stream) + line.removeprefix(f"{kind}:")


def highlighted(path: str, text: str, stream: TextIO) -> str:
    """Return a file's text: as it is for programs, for a person to see, in colours if wanted."""
    if stream.isatty():
        text = visible(text)
    if not has_colours(stream):
        return text

    from pygments import highlight
    from pygments.formatters import TerminalFormatter
    from pygments.lexers import get_lexer_for_filename
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_for_filename(path, stripnl=False)
    except ClassNotFound:
        return text
    return str(highlight(text, lexer, TerminalFormatter(bg="dark")))

"""What a rule finds, and how it is mended."""

from dataclasses import dataclass, field
from typing import NamedTuple


class Position(NamedTuple):
    """A place in a file, as editors count: lines and columns (characters) from 1."""

    line: int
    column: int


class Edit(NamedTuple):
    """A part of a file, in characters from its beginning, and what takes its place."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Fix:
    """How a finding is mended.

    Attributes:
        title: what is done, in the imperative.
        edits: the parts of the file that change, which do not overlap.
        safe: whether nothing else changes than what the finding is about.
    """

    title: str
    edits: tuple[Edit, ...]
    safe: bool = True


@dataclass(frozen=True)
class Finding:
    """Something that is wrong on the wire.

    Attributes:
        path: the file, as it was named to the command.
        code: of the rule, such as `RSP101`.
        name: of the rule, such as `stream-holds-session`.
        start: where the code begins that is wrong.
        end: where it ends.
        reason: what is wrong, in one sentence.
        wire: what goes out because of it.
        instead: what to do.
        fix: how it is mended, where that is mechanical.
        last_line: the last line of the statement, on which a `noqa` counts as well.
        context: the function or class around it, by which a baseline knows it again.
    """

    path: str
    code: str
    name: str
    start: Position
    end: Position
    reason: str
    wire: str
    instead: str
    fix: Fix | None = field(default=None, compare=False)
    last_line: int = 0
    context: str = ""


@dataclass(frozen=True)
class Unreadable:
    """A file that cannot be checked.

    Attributes:
        path: the file, as it was named to the command.
        line: where reading ended.
        column: likewise.
        reason: why.
    """

    path: str
    line: int
    column: int
    reason: str

"""Merge the difference between two renders into the files of their owner.

Three trees meet here: `base`, what was generated; `theirs`, what is wanted now; and `ours`, what
stands in the project. Nothing is written; the result is a list of changes.
"""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from scaffold.errors import Refused, ScaffoldError
from scaffold.life.files import File, Tree, read_file, split_lines
from scaffold.life.line_sets import settle
from scaffold.life.state import ANSWERS_FILE, CONFLICT, parse_answers
from scaffold.life.syntax import spoiled
from scaffold.life.words import rename_words, renamed_words

OURS = "before updating"
THEIRS = "after updating"
"""What stands behind the conflict markers; Copier's own words."""

REJECTED = ".rej"
"""What is put behind the name of a new version that could not be merged."""


Kind = Literal["new", "changed", "moved", "deleted"]


@dataclass(frozen=True)
class Change:
    """What happens to one file.

    Attributes:
        path: where it stands, relative to the project's folder.
        before: what stands there now; None where there is nothing.
        after: what will; None for a file that goes.
        edited: whether its owner has changed it since it was generated.
        conflict: whether both sides changed the same lines, so that its owner must decide.
        moved_from: the path under which it stood until now.
    """

    path: str
    before: File | None
    after: File | None
    edited: bool = False
    conflict: bool = False
    moved_from: str | None = None

    @property
    def kind(self) -> Kind:
        """Return `new`, `changed`, `deleted` or `moved`, in one word for a summary."""
        if self.moved_from is not None:
            return "moved"
        if self.before is None:
            return "new"
        return "deleted" if self.after is None else "changed"


@dataclass(frozen=True)
class Move:
    """A file that is generated under another path from now on.

    Attributes:
        source: its path until now.
        target: its path from now on.
        words: the names in it that change with it, unless the two renders show them.
    """

    source: str
    target: str
    words: Mapping[str, str]


def merge(base: Tree, theirs: Tree, folder: Path, moves: tuple[Move, ...] = ()) -> list[Change]:
    """Return what must happen in a project, sorted by path.

    Args:
        base: the render that the project comes from.
        theirs: the render that is wanted.
        folder: the project.
        moves: which files of `base` stand under another path in `theirs`.

    Raises:
        Refused: a file that must change holds conflicts of an earlier update, or is reached only
            through a link that leaves the project.
    """
    base, theirs = dict(base), dict(theirs)
    changes: list[Change] = []
    for move in moves:
        if _can_move(move, base, theirs, folder):
            changes += _moved(move, base.pop(move.source), theirs.pop(move.target), folder)
    for path in sorted(base.keys() | theirs.keys()):
        if base.get(path) != theirs.get(path):
            ours = read_file(folder / path)
            changes += _merged(path, base.get(path), ours, theirs.get(path))
    for change in changes:
        _refuse_outside(folder, change.path)
    return sorted(changes, key=lambda change: change.path)


def _refuse_outside(folder: Path, path: str) -> None:
    """Refuse to leave the project, through a name in the answers file or a linked folder."""
    if not (folder / path).parent.resolve().is_relative_to(folder.resolve()):
        raise Refused(
            f"{path} is not inside of the project", f"look at {ANSWERS_FILE} and at links"
        )


def _can_move(move: Move, base: Tree, theirs: Tree, folder: Path) -> bool:
    generated = move.source in base and move.target in theirs and move.target not in base
    return generated and read_file(folder / move.target) is None


def _moved(move: Move, base: File, theirs: File, folder: Path) -> list[Change]:
    ours = read_file(folder / move.source)
    if ours is None:
        return []
    leaves = Change(move.source, ours, None)
    if ours.is_same(base):
        return [leaves, Change(move.target, None, _like(ours, theirs), moved_from=move.source)]
    _refuse_undecided(move.source, ours)
    if not ours.is_text():
        return [leaves, Change(move.target, None, ours, edited=True, moved_from=move.source)]
    words = renamed_words(base, theirs) or move.words
    ours, base = (rename_words(move.source, file, words) for file in (ours, base))
    content, conflict = _merge_lines(move.target, base, ours, theirs)
    after = File(content, ours.executable)
    arrives = Change(move.target, None, after, True, conflict, move.source)
    return [leaves, arrives]


def _merged(path: str, base: File | None, ours: File | None, theirs: File | None) -> list[Change]:
    """Return the changes of one path, at which the two renders differ."""
    if ours is None:
        # What its owner has deleted stays deleted.
        return [] if base is not None else [Change(path, None, theirs)]
    if theirs is None:
        return [Change(path, ours, None, edited=base is None or not ours.is_same(base))]
    if ours.is_same(theirs):
        return []
    if base is not None and ours.is_same(base):
        return [Change(path, ours, _like(ours, theirs))]
    if path == ANSWERS_FILE:
        return [Change(path, ours, _merged_answers(path, base, ours, theirs))]
    _refuse_undecided(path, ours)
    if not (ours.is_text() and theirs.is_text()):
        beside = File(theirs.content, theirs.executable)
        return [Change(path + REJECTED, None, beside, edited=True, conflict=True)]
    content, conflict = _merge_lines(path, base or File(b""), ours, theirs)
    if content == ours.content:
        return []
    return [Change(path, ours, File(content, ours.executable), edited=True, conflict=conflict)]


def merge_file(
    path: str, base: File | None, ours: File, theirs: File | None
) -> tuple[File | None, bool]:
    """Merge one file; return it, and whether conflicts are in it.

    A file that is not wanted any more, but was edited, stays as it is.
    """
    changes = _merged(path, base, ours, theirs)
    if not changes:
        return ours, False
    change = changes[0]
    if change.path != path or (change.after is None and change.edited):
        return ours, change.conflict
    return change.after, change.conflict


def _refuse_undecided(path: str, ours: File) -> None:
    if CONFLICT.search(ours.content):
        raise Refused(f"{path} still holds the conflicts of an earlier update", "decide them first")


def _like(ours: File, theirs: File) -> File:
    """Return the wanted file with the line ends that the owner's file has."""
    if ours.has_crlf() and b"\r\n" not in theirs.content:
        return File(theirs.content.replace(b"\n", b"\r\n"), theirs.executable)
    return theirs


def _merged_answers(path: str, base: File | None, ours: File, theirs: File) -> File:
    """Return the wanted answers, with what only the recorded ones have where that is possible.

    That is comments, and the choices from which the first endpoints were made.
    """
    content, conflict = _merge_lines(path, base or File(b""), ours, theirs)
    try:
        recorded, rendered, wanted = (
            parse_answers(file.content) for file in (ours, base or File(b"{}"), theirs)
        )
        kept = {name: recorded[name] for name in recorded.keys() - rendered.keys()}
        if not conflict and parse_answers(content) == {**kept, **wanted}:
            return File(content, ours.executable)
    except ScaffoldError:
        pass
    return theirs


def _merge_lines(path: str, base: File, ours: File, theirs: File) -> tuple[bytes, bool]:
    """Merge three versions line by line; return the result and whether conflicts are in it.

    Lines that merge into something that does not parse, although all versions do, are a conflict.
    """
    crlf = ours.has_crlf()
    versions = [file.unix().content for file in (ours, base, theirs)]
    content, conflict = _merge_file(path, settle(path, versions))
    given = [version for version in versions if version]
    if not conflict and spoiled(path, given, content) is not None:
        content, conflict = _undecided(versions[0], versions[2]), True
    return content.replace(b"\n", b"\r\n") if crlf else content, conflict


def _merge_file(path: str, texts: list[bytes]) -> tuple[bytes, bool]:
    labels = [word for label in (OURS, "last update", THEIRS) for word in ("-L", label)]
    with TemporaryDirectory(prefix="scaffold-") as scratch:
        names = ("ours", "base", "theirs")
        for name, text in zip(names, texts, strict=True):
            Path(scratch, name).write_bytes(text)
        command = ["git", "merge-file", "-p", "-q", *labels, *names]
        done = subprocess.run(command, cwd=scratch, capture_output=True, check=False)
    if done.returncode > 127 or done.returncode < 0:
        reason = done.stderr.decode(errors="replace").strip()
        raise ScaffoldError(f"git cannot merge {path}: {reason or 'no reason given'}")
    return done.stdout, done.returncode != 0


def _undecided(ours: bytes, theirs: bytes) -> bytes:
    """Return two versions as one conflict, which begins and ends where they differ."""
    mine, other = split_lines(ours), split_lines(theirs)
    above = _common(mine, other)
    below = _common(mine[above:][::-1], other[above:][::-1])
    rows = [
        *mine[:above],
        b"<<<<<<< " + OURS.encode() + b"\n",
        *_ended(mine[above : len(mine) - below]),
        b"=======\n",
        *_ended(other[above : len(other) - below]),
        b">>>>>>> " + THEIRS.encode() + b"\n",
        *mine[len(mine) - below :],
    ]
    return b"".join(rows)


def _common(one: list[bytes], other: list[bytes]) -> int:
    """Return how many lines two texts have in common at their beginnings."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _ended(lines: list[bytes]) -> list[bytes]:
    """Return lines each of which has an end."""
    return [line if line.endswith(b"\n") else line + b"\n" for line in lines]

"""Merge the difference between two renders into the files of their owner.

Three trees meet here: `base`, what was generated; `theirs`, what is wanted now; and `ours`, what
stands in the project. Nothing is written; the result is a list of changes.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from scaffold.errors import Refused
from scaffold.merge.answers_file import merge_recorded
from scaffold.merge.line_sets import settle
from scaffold.merge.python.modules import merge_modules
from scaffold.merge.three_way import UPDATING, Labels, merge_texts, undecided
from scaffold.merge.words import rename_words, renamed_words, replaced
from scaffold.project.files import File, Tree, read_file, split_lines
from scaffold.project.python_text import PythonText
from scaffold.project.state import ANSWERS_FILE, CONFLICT
from scaffold.project.syntax import spoiled
from scaffold.system.paths import refuse_outside

NONE: Mapping[str, str] = MappingProxyType({})

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


def merge(
    base: Tree,
    theirs: Tree,
    folder: Path,
    moves: tuple[Move, ...] = (),
    words: Mapping[str, str] = NONE,
) -> list[Change]:
    """Return what must happen in a project, sorted by path.

    Args:
        base: the render that the project comes from.
        theirs: the render that is wanted.
        folder: the project.
        moves: which files of `base` stand under another path in `theirs`.
        words: the names that change in all modules.

    Raises:
        Refused: a file that must change holds conflicts of an earlier update, or is none of the
            project's, such as one that is reached through a link.
    """
    base, theirs = dict(base), dict(theirs)
    changes: list[Change] = []
    for move in moves:
        if _can_move(move, base, theirs, folder):
            changes += _moved(move, base.pop(move.source), theirs.pop(move.target), folder, words)
    for path in sorted(base.keys() | theirs.keys()):
        if base.get(path) != theirs.get(path):
            ours = read_file(folder / path)
            changes += _merged(path, base.get(path), ours, theirs.get(path), words)
    for change in changes:
        refuse_outside(folder, change.path)
    return sorted(changes, key=lambda change: change.path)


def _can_move(move: Move, base: Tree, theirs: Tree, folder: Path) -> bool:
    generated = move.source in base and move.target in theirs and move.target not in base
    return generated and read_file(folder / move.target) is None


def _moved(
    move: Move, base: File, theirs: File, folder: Path, words: Mapping[str, str]
) -> list[Change]:
    ours = read_file(folder / move.source)
    if ours is None:
        return []
    _refuse_undecided(move.source, ours)
    if words:
        after, conflict = merge_renamed(move.target, base, ours, theirs, words)
    else:
        after, conflict = merge_moved(move, base, ours, theirs)
    edited = not ours.is_same(base)
    return [
        Change(move.source, ours, None),
        Change(move.target, None, after, edited, conflict, move.source),
    ]


def merge_moved(move: Move, base: File, ours: File, theirs: File) -> tuple[File, bool]:
    """Merge a file into what is generated under another path; say whether it is in conflict."""
    if ours.is_text() and not ours.is_same(base):
        words = renamed_words(base, theirs) or move.words
        ours, base = (rename_words(move.source, file, words) for file in (ours, base))
    elif not ours.is_text():
        return ours, False
    return merge_versions(move.target, base, ours, theirs)


def _merged(
    path: str,
    base: File | None,
    ours: File | None,
    theirs: File | None,
    words: Mapping[str, str] = NONE,
) -> list[Change]:
    """Return the changes of one path, at which the two renders differ."""
    if ours is None:
        # What its owner has deleted stays deleted.
        return [] if base is not None else [Change(path, None, theirs)]
    if theirs is None:
        return [Change(path, ours, None, edited=base is None or not ours.is_same(base))]
    if path != ANSWERS_FILE and not ours.is_same(base) and not ours.is_same(theirs):
        _refuse_undecided(path, ours)
    edited = path != ANSWERS_FILE and not ours.is_same(base)
    if words and base is not None:
        after, conflict = merge_renamed(path, base, ours, theirs, words)
    else:
        after, conflict = merge_versions(path, base, ours, theirs)
    if conflict and after == ours:
        beside = File(theirs.content, theirs.executable)
        return [Change(path + REJECTED, None, beside, edited=True, conflict=True)]
    if after == ours:
        return []
    return [Change(path, ours, after, edited=edited, conflict=conflict)]


def merge_renamed(
    path: str, base: File, ours: File, theirs: File, words: Mapping[str, str]
) -> tuple[File, bool]:
    """Merge a file in which names change; say whether it is in conflict.

    In the lines that are as they were generated they change everywhere, in texts too; in those of
    the owner where they mean what is called otherwise.
    """
    if not path.endswith(".py") or not ours.is_text() or ours.is_same(base):
        return merge_versions(path, base, ours, theirs)
    lines = split_lines(base.unix().content)
    renamed = [replaced(line, words) for line in lines]
    known = dict(zip(lines, renamed, strict=True))
    own = rename_words(path, ours.unix(), words).content
    pairs = zip(split_lines(ours.unix().content), split_lines(own), strict=True)
    content = b"".join(known.get(before, after) for before, after in pairs)
    if ours.has_crlf():
        content = content.replace(b"\n", b"\r\n")
    base = replace(base, content=b"".join(renamed))
    return merge_versions(path, base, replace(ours, content=content), theirs)


def merge_versions(
    path: str, base: File | None, ours: File, theirs: File, labels: Labels = UPDATING
) -> tuple[File, bool]:
    """Merge three versions of one file; return it, and whether it is in conflict.

    What cannot be merged line by line stays as ours has it.

    Args:
        path: where it stands.
        base: what both others come from; None where they have nothing in common.
        ours: the version whose line ends and permissions are kept.
        theirs: the version that is merged into it.
        labels: what stands behind the conflict markers.
    """
    runs = ours.executable
    if base is not None and runs == base.executable:
        runs = theirs.executable
    if ours.is_same(theirs) or theirs.is_same(base):
        return replace(ours, executable=runs), False
    if ours.is_same(base):
        return replace(_like(ours, theirs), executable=runs), False
    if not (ours.is_text() and theirs.is_text()):
        return ours, True
    if path == ANSWERS_FILE:
        merged = merge_recorded(base or File(b""), ours, theirs)
        return replace(_like(ours, merged), executable=runs), False
    content, conflict = _merge_contents(path, base or File(b""), ours, theirs, labels)
    return File(content, runs), conflict


def _refuse_undecided(path: str, ours: File) -> None:
    if CONFLICT.search(ours.content):
        how = "decide them first, or indent lines that only show what one looks like"
        raise Refused(f"{path} still holds the conflicts of an earlier update", how)


def _like(ours: File, theirs: File) -> File:
    """Return the wanted file with the line ends that the owner's file has."""
    if ours.has_crlf() and b"\r\n" not in theirs.content:
        return replace(theirs, content=theirs.content.replace(b"\n", b"\r\n"))
    return theirs


def _merge_contents(
    path: str, base: File, ours: File, theirs: File, labels: Labels
) -> tuple[bytes, bool]:
    """Merge three versions; return the result and whether conflicts are in it.

    What merges into something that does not parse, although all versions do, is a conflict.
    """
    crlf = ours.has_crlf()
    versions = [file.unix().content for file in (ours, base, theirs)]
    merged = None
    if path.endswith(".py"):
        with suppress(ValueError):
            encoding = PythonText.read(versions[0]).encoding
            versions[1:] = [version.decode().encode(encoding) for version in versions[1:]]
            merged = _merged_statements(versions, encoding, labels)
    content, conflict = merged or merge_texts(path, settle(path, versions), labels)
    given = [version for version in versions if version]
    if not conflict and spoiled(path, given, content) is not None:
        content, conflict = undecided(versions[0], versions[2], labels), True
    return content.replace(b"\n", b"\r\n") if crlf else content, conflict


def _merged_statements(
    versions: list[bytes], encoding: str, labels: Labels
) -> tuple[bytes, bool] | None:
    """Merge ours, base and theirs by what Python is made of; None where that is not understood.

    Raises:
        ValueError: one of them is not in that encoding.
    """
    ours, base, theirs = (version.decode(encoding) for version in versions)
    merged = merge_modules((base, ours, theirs), labels)
    return None if merged is None else (merged[0].encode(encoding), merged[1])

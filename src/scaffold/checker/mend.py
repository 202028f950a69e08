"""Mends what rules know to mend, in as many rounds as it takes, by edits of parts of files."""

import ast
import difflib
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scaffold.checker.findings import Edit, Finding
from scaffold.checker.run import Checked
from scaffold.checker.source import Source

ROUNDS = 10
"""How often mended files are looked at again: one mending may make another one possible."""


@dataclass(frozen=True)
class Mended:
    """What mending has come to.

    Attributes:
        contents: what each changed file holds from now on, by its name.
        before: what it held.
        count: how many findings were mended.
        checked: what is left.
    """

    contents: Mapping[str, bytes]
    before: Mapping[str, bytes]
    count: int
    checked: Checked


def mend(look: Callable[[Mapping[str, bytes]], Checked], *, unsafe: bool) -> Mended:
    """Mend what can be mended, in memory.

    Args:
        look: checks everything, with other contents for some files.
        unsafe: whether to mend, too, what changes more than the finding is about.
    """
    contents: dict[str, bytes] = {}
    before: dict[str, bytes] = {}
    given_up: set[str] = set()
    count = 0
    checked = look(contents)
    for _ in range(ROUNDS):
        changed = False
        for path, findings in _by_file(checked.findings, unsafe).items():
            if path in given_up:
                continue
            source = checked.sources[path]
            text, mended = _edited(source, findings)
            if not mended or not _parses(text):
                given_up.add(path)
                continue
            before.setdefault(path, source.content)
            contents[path] = text.encode(source.encoding)
            count += mended
            changed = True
        if not changed:
            break
        checked = look(contents)
    return Mended(contents, before, count, checked)


def write(mended: Mended) -> None:
    """Write what was mended.

    Raises:
        OSError: a file cannot be written.
    """
    for path, content in mended.contents.items():
        Path(path).write_bytes(content)


def difference(mended: Mended) -> str:
    """Return what mending changes, as a patch."""
    return "".join(
        line
        for path, content in sorted(mended.contents.items())
        for line in _patch(path, mended.before[path], content)
    )


def _patch(path: str, old: bytes, new: bytes) -> Iterator[str]:
    mine, its = (
        content.decode("utf-8", "surrogateescape").splitlines(keepends=True)
        for content in (old, new)
    )
    for line in difflib.unified_diff(mine, its, path, path):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _by_file(findings: Sequence[Finding], unsafe: bool) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = defaultdict(list)
    for each in findings:
        if each.fix is not None and (each.fix.safe or unsafe):
            found[each.path].append(each)
    return found


def _edited(source: Source, findings: Sequence[Finding]) -> tuple[str, int]:
    """Return the text with the edits that do not touch each other, and how many findings go."""
    taken: list[Edit] = []
    mended = 0
    for finding in findings:
        assert finding.fix is not None
        edits = finding.fix.edits
        if not any(_touch(one, other) for one in edits for other in taken):
            taken += [edit for edit in edits if edit not in taken]
            mended += 1
    text = source.text
    line_end = "\r\n" if "\r\n" in text else "\n"
    for start, end, new in sorted(taken, reverse=True):
        text = text[:start] + new.replace("\n", line_end) + text[end:]
    return text, mended


def _touch(one: Edit, other: Edit) -> bool:
    if one == other and one.start == one.end:
        return False  # the same import, which both need
    return one.start <= other.end and other.start <= one.end


def _parses(text: str) -> bool:
    try:
        with warnings.catch_warnings(action="ignore"):
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True

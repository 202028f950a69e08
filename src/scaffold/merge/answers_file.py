"""Merge answers files by what they record, with the comments that people have written into them."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from scaffold.errors import ScaffoldError
from scaffold.merge.three_way import UPDATING, merge_texts
from scaffold.project.files import File, split_lines
from scaffold.project.state import ANSWERS_FILE, parse_answers

_LISTS = re.compile(rb"^(models|resources|application|endpoints):", re.MULTILINE)
"""The first of the answers that are long, and stand below all others."""


def merge_recorded(base: File, ours: File, theirs: File) -> File:
    """Return the wanted answers, with what only the recorded ones have.

    That is comments, and the choices from which the first endpoints were made.

    Args:
        base: what was recorded once.
        ours: what is recorded, in a file that people may have edited.
        theirs: what is wanted.
    """
    texts = [file.unix().content for file in (ours, base, theirs)]
    heads, lists = zip(*map(_parts, texts), strict=True)
    # What people write stands above the lists, which are long: a thousand endpoints take a second.
    if lists[0] == lists[1] and (answers := _read(heads)):
        return File(_merged(heads, answers) + lists[2])
    answers = _read(texts)
    return File(_merged(texts, answers)) if answers else theirs


def _parts(text: bytes) -> tuple[bytes, bytes]:
    """Return the answers that are short, and the lists that stand below them."""
    found = _LISTS.search(text)
    at = found.start() if found else len(text)
    return text[:at], text[at:]


def _read(texts: Sequence[bytes]) -> list[dict[str, Any]]:
    """Return what texts say; nothing of what cannot be read is worth keeping."""
    try:
        return [parse_answers(text or b"{}") for text in texts]
    except ScaffoldError:
        return []


def _merged(texts: Sequence[bytes], answers: Sequence[dict[str, Any]]) -> bytes:
    """Merge ours, what both come from, and theirs."""
    recorded, rendered, wanted = answers
    kept = {name: recorded[name] for name in recorded.keys() - rendered.keys()}
    merged, _ = merge_texts(ANSWERS_FILE, texts, UPDATING)
    for content in (b"".join(_decided(merged)), _with(kept, texts[2])):
        if _read([content]) == [{**kept, **wanted}]:
            return content
    return texts[2]


def _decided(merged: bytes) -> Iterator[bytes]:
    """Yield the lines of a text without conflicts: the wanted ones, and all comments."""
    mine: list[bytes] = []
    other: list[bytes] = []
    side: list[bytes] | None = None
    for line in split_lines(merged):
        if line.startswith(b"<<<<<<< "):
            mine, other = [], []
            side = mine
        elif line.rstrip() == b"=======" and side is mine:
            side = other
        elif line.startswith(b">>>>>>> ") and side is other:
            yield from (row for row in mine if row.lstrip().startswith(b"#") and row not in other)
            yield from other
            side = None
        elif side is None:
            yield line
        else:
            side.append(line)


def _with(kept: dict[str, Any], text: bytes) -> bytes:
    """Return answers with more of them, in front of the long lists."""
    import yaml

    if not kept:
        return text
    head, lists = _parts(text)
    more = yaml.safe_dump(kept, allow_unicode=True, width=1000).encode()
    return head + more + lists

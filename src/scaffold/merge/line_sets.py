"""Blocks of lines that are sets, of which the template and the owner each keep a part.

As mere lines they would conflict whenever both sides add one at the same place: dependencies in
`pyproject.toml`, and the rows of the table of endpoints in `README.md`.
"""

import re
from dataclasses import dataclass

from scaffold.project.files import split_lines


@dataclass(frozen=True)
class LineSet:
    """A block of lines in a file.

    Attributes:
        block: matches the block; the group `lines` holds its lines.
        key: matches a line; the group 1 says what the line is about.
    """

    block: re.Pattern[bytes]
    key: re.Pattern[bytes]

    def keyed(self, lines: list[bytes]) -> dict[bytes, bytes]:
        """Return the lines by what they are about."""
        found = {line: self.key.search(line) for line in lines}
        keys = {line: match[1] if match else line for line, match in found.items()}
        return {re.sub(rb"[-_.]+", b"-", key).lower(): line for line, key in keys.items()}


LINE_SETS = {
    "pyproject.toml": LineSet(
        re.compile(rb"(?m)^dependencies = \[\n(?P<lines>(?:[ \t]+.*\n)*)\]$"),
        re.compile(rb"^\s*[\"']([A-Za-z0-9._-]+)"),
    ),
    "README.md": LineSet(
        re.compile(rb"(?m)^\| endpoint \|.*\n\| --- \|.*\n(?P<lines>(?:\|.*\n)*)"),
        re.compile(rb"\(app/endpoints/(\w+)\.py\)"),
    ),
}


def settle(path: str, texts: list[bytes]) -> list[bytes]:
    """Return three texts with the merged block in each, so that it merges cleanly.

    A line that the template brings or takes away comes or goes; every other line of the owner
    stays where it is. Where both sides have changed the same line, or a text has no such block,
    the texts are returned as they are.

    Args:
        path: the file, relative to the project.
        texts: ours, base and theirs.
    """
    kind = LINE_SETS.get(path)
    blocks = [kind.block.search(text) for text in texts] if kind else []
    if kind is None or None in blocks:
        return texts
    mine, old, new = (split_lines(block["lines"]) for block in blocks if block)
    merged = _merged(kind, mine, old, new)
    if merged is None:
        return texts
    return [
        text[: block.start("lines")] + b"".join(merged) + text[block.end("lines") :]
        for text, block in zip(texts, blocks, strict=True)
        if block
    ]


def _merged(
    kind: LineSet, mine: list[bytes], old: list[bytes], new: list[bytes]
) -> list[bytes] | None:
    """Return the owner's lines with what the template has changed, or None where both have."""
    ours, base, theirs = (kind.keyed(lines) for lines in (mine, old, new))
    for key, line in base.items():
        if theirs.get(key) != line and ours.get(key, line) not in (line, theirs.get(key)):
            return None
    merged = [line for line in mine if line not in old or line in new]
    keys = {line: key for key, line in theirs.items()}
    dropped = base.keys() - ours.keys()
    for place, line in enumerate(new):
        if line not in old and keys[line] not in dropped.union(kind.keyed(merged)):
            before = [other for other in new[:place] if other in merged]
            merged.insert(merged.index(before[-1]) + 1 if before else 0, line)
    return merged if _in_order(kind, old, new) else _reordered(merged, new)


def _in_order(kind: LineSet, old: list[bytes], new: list[bytes]) -> bool:
    """Say whether what both have stands in the same order in both."""
    before, after = list(kind.keyed(old)), list(kind.keyed(new))
    return [key for key in before if key in after] == [key for key in after if key in before]


def _reordered(lines: list[bytes], new: list[bytes]) -> list[bytes]:
    """Return lines in which those of `new` have its order, and all others stay in their places."""
    ordered = iter(sorted((line for line in lines if line in new), key=new.index))
    return [next(ordered) if line in new else line for line in lines]

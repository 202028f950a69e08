"""Dependencies in `pyproject.toml`: a set, of which the template and the owner each keep a part.

As lines they would conflict whenever both add one at the same place.
"""

import re

_BLOCK = re.compile(rb"(?m)^dependencies = \[\n(?P<lines>(?:[ \t]+.*\n)*)\]$")


def settle_requirements(ours: bytes, base: bytes, theirs: bytes) -> list[bytes]:
    """Return the three texts with the merged requirements in each, so that they merge cleanly.

    A requirement that the template brings or takes away comes or goes; every other line of the
    owner stays where it is. A text without such a list is returned as it is.
    """
    blocks = [_BLOCK.search(text) for text in (ours, base, theirs)]
    if None in blocks:
        return [ours, base, theirs]
    mine, old, new = (block["lines"].splitlines(keepends=True) for block in blocks if block)
    merged = [line for line in mine if line not in old or line in new]
    kept, replaced = {_name(line) for line in merged}, {_name(line) for line in old}
    for line in new:
        if line in old or line in merged:
            continue
        if _name(line) not in kept:
            merged.insert(_place(line, merged), line)
        elif _name(line) in replaced:
            # Both sides want another version of it.
            return [ours, base, theirs]
    settled = b"".join(merged)
    return [
        text[: block.start("lines")] + settled + text[block.end("lines") :]
        for text, block in zip((ours, base, theirs), blocks, strict=True)
        if block
    ]


def _place(line: bytes, lines: list[bytes]) -> int:
    """Return where a line stands in a sorted list: before the first one that comes after it."""
    later = (index for index, other in enumerate(lines) if other.strip() > line.strip())
    return next(later, len(lines))


def _name(line: bytes) -> bytes:
    """Return the name of the distribution, in the spelling in which names are compared."""
    found = re.match(rb"\s*[\"']([A-Za-z0-9._-]+)", line)
    return re.sub(rb"[-_.]+", b"-", found[1]).lower() if found else line

"""Three versions of a text become one, line by line, as git merges them."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from scaffold.errors import ScaffoldError
from scaffold.project.files import split_lines
from scaffold.system import git

Labels = tuple[str, str]
"""What stands behind the conflict markers of ours and of theirs."""

UPDATING: Labels = ("before updating", "after updating")
"""Copier's own words."""


def merge_texts(path: str, texts: Sequence[bytes], labels: Labels) -> tuple[bytes, bool]:
    """Merge ours, base and theirs as git does; return the result, and whether it has conflicts.

    Raises:
        ScaffoldError: git cannot merge them.
    """
    options = [word for label in (labels[0], "last update", labels[1]) for word in ("-L", label)]
    with TemporaryDirectory(prefix="scaffold-") as scratch:
        names = ("ours", "base", "theirs")
        for name, text in zip(names, texts, strict=True):
            Path(scratch, name).write_bytes(text)
        done = git.compute(Path(scratch), "merge-file", "-p", "-q", *options, *names)
    if not 0 <= done.status <= 127:
        raise ScaffoldError(f"git cannot merge {path}: {done.problem or 'no reason given'}")
    return done.output, done.status != 0


def undecided(ours: bytes, theirs: bytes, labels: Labels) -> bytes:
    """Return two versions as one conflict, which begins and ends where they differ."""
    mine, other = split_lines(ours), split_lines(theirs)
    above = _common(mine, other)
    below = _common(mine[above:][::-1], other[above:][::-1])
    rows = [
        *mine[:above],
        f"<<<<<<< {labels[0]}\n".encode(),
        *_ended(mine[above : len(mine) - below]),
        b"=======\n",
        *_ended(other[above : len(other) - below]),
        f">>>>>>> {labels[1]}\n".encode(),
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

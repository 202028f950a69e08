"""Which statement of one version is which of another, and in which order the merged ones stand."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

from scaffold.merge.python.pieces import Piece

K = TypeVar("K", bound=Hashable)

ALIKE = 0.6
"""How much of two statements is the same, from 0 to 1, when one has become the other."""


def aligned(
    base: Sequence[Piece],
    side: Sequence[Piece],
    name: Callable[[Piece], str | None],
    *,
    in_place: bool = False,
) -> list[int | None]:
    """Return for each piece of a side which one of `base` it was; None for new ones.

    Args:
        base: the pieces from which the side comes.
        side: what became of them.
        name: what a piece defines, where that tells it from all others.
        in_place: whether one that stands where another stood has come from that, however little
            they have in common.
    """
    before, after = _named(base, name), _named(side, name)
    found = {after[each]: before[each] for each in after if each in before}
    found |= _equal(base, side, found)
    for at, known in _alike(base, side, found, name, 0 if in_place else ALIKE):
        if all((at < other) == (known < was) for other, was in found.items()):
            found[at] = known
    return [found.get(at) for at in range(len(side))]


def _named(pieces: Sequence[Piece], name: Callable[[Piece], str | None]) -> dict[str, int]:
    """Return the places of what has a name that nothing else has."""
    names = [name(piece) for piece in pieces]
    return {one: at for at, one in enumerate(names) if one is not None and names.count(one) == 1}


def _rest(
    base: Sequence[Piece], side: Sequence[Piece], found: dict[int, int]
) -> tuple[list[int], list[int]]:
    """Return the places of what is not found yet, in both."""
    known = set(found.values())
    left = [at for at in range(len(base)) if at not in known]
    return left, [at for at in range(len(side)) if at not in found]


def _equal(base: Sequence[Piece], side: Sequence[Piece], found: dict[int, int]) -> dict[int, int]:
    left, new = _rest(base, side, found)
    texts = [base[at].tokens for at in left], [side[at].tokens for at in new]
    blocks = SequenceMatcher(None, *texts, autojunk=False).get_matching_blocks()
    return {new[b + step]: left[a + step] for a, b, size in blocks for step in range(size)}


def _alike(
    base: Sequence[Piece],
    side: Sequence[Piece],
    found: dict[int, int],
    name: Callable[[Piece], str | None],
    least: float,
) -> Iterator[tuple[int, int]]:
    """Yield what may have become what, the most likely first."""
    left, new = _rest(base, side, found)
    pairs = [
        (_likeness(base[known], side[at]), at, known)
        for at in new
        for known in left
        if name(base[known]) is None or name(side[at]) is None
    ]
    used: set[int] = set()
    gone: set[int] = set()
    for likeness, at, known in sorted(pairs, key=lambda pair: (-pair[0], pair[1:])):
        if likeness >= least and at not in used and known not in gone:
            used.add(at)
            gone.add(known)
            yield at, known


def _likeness(one: Piece, other: Piece) -> float:
    """Return how much two statements have in common; more than 1 where they do the same."""
    common = Counter(one.tokens) & Counter(other.tokens)
    likeness = 2 * common.total() / (len(one.tokens) + len(other.tokens))
    return likeness + (_does(one) is not None and _does(one) == _does(other))


def _does(piece: Piece) -> tuple[str, ...] | None:
    """Return what a statement does: it returns, assigns to something, or calls something."""
    inner = piece.named()[0] if piece.kind == "expression_statement" else piece
    part = {"return_statement": None, "assignment": "left", "call": "function"}.get(inner.kind, "")
    if part == "":
        return None
    found = inner.field(part) if part else None
    return (inner.kind, *(found.tokens if found else ()))


def ordered(base: Sequence[K], ours: Sequence[K], theirs: Sequence[K]) -> list[K]:
    """Return all that ours and theirs have, each behind what it stands behind in its version.

    What only theirs has comes first where both have something new in one place. Where only theirs
    has changed the order, it is theirs.
    """
    common = [key for key in ours if key in theirs]
    was, now = ([key for key in side if key in common] for side in (base, theirs))
    is_moved = was == [key for key in common if key in was] != [key for key in now if key in was]
    first, second = (theirs, ours) if is_moved else (ours, theirs)
    order = list(first)
    for at, key in enumerate(second):
        if key not in order:
            before = next((other for other in reversed(second[:at]) if other in order), None)
            order.insert(0 if before is None else order.index(before) + 1, key)
    return order

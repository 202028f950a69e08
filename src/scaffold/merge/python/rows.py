"""The statements of three versions as one list."""

from collections.abc import Callable, Iterable, Sequence

from scaffold.merge.python.alignment import aligned, ordered
from scaffold.merge.python.imports import is_import, section, source, statement_key
from scaffold.merge.python.pieces import Piece, Statement, same


def defined(piece: Piece) -> str | None:
    """Return the name that a statement defines at the top level or in a class."""
    definition = piece.field("definition") or piece
    if definition.kind in ("function_definition", "class_definition"):
        found = definition.field("name")
        return found.text if found else None
    inner = piece.named()[0] if piece.kind == "expression_statement" and piece.named() else piece
    if inner.kind == "assignment" and (left := inner.field("left")) and left.kind == "identifier":
        return left.text
    return f"import {source(piece)}" if is_import(piece) else _docstring(piece)


def nested(piece: Piece) -> str | None:
    """Return the name by which a statement of a function is known, if it is a definition."""
    is_definition = (piece.field("definition") or piece).kind in (
        "function_definition",
        "class_definition",
    )
    return defined(piece) if is_definition else _docstring(piece)


def _docstring(piece: Piece) -> str | None:
    before = piece.node.prev_named_sibling
    while before is not None and before.type == "comment":
        before = before.prev_named_sibling
    is_first = before is None
    is_text = piece.kind == "expression_statement" and piece.named()[0].kind == "string"
    return "a docstring" if is_first and is_text else None


def words(lines: Iterable[str | None]) -> set[str]:
    """Return the names that lines use, but for those that they import."""
    module = Piece.of("".join(text for text in lines if text))
    return {use.text for piece in module.named() if not is_import(piece) for use in piece.uses()}


def _replaced(base: Sequence[Piece], *sides: list[int | None]) -> None:
    """Let what both sides have put in the place of a statement be that, changed by both."""
    for known, piece in enumerate(base):
        if is_import(piece) or any(known in side for side in sides):
            continue
        places = [_place(side, known) for side in sides]
        if None not in places:
            for side, place in zip(sides, places, strict=True):
                side[place or 0] = known


def _place(side: Sequence[int | None], known: int) -> int | None:
    """Return where a side has something new between the neighbours of a statement that is gone."""
    above = max((at for at, was in enumerate(side) if was is not None and was < known), default=-1)
    at = above + 1
    return at if at < len(side) and side[at] is None else None


def _numbered(
    sides: Sequence[Sequence[Piece]], name: Callable[[Piece], str | None]
) -> list[list[int]]:
    """Return for each statement of base, ours and theirs the number that it has in all of them."""
    base, ours, theirs = sides
    mine, other = (aligned(base, side, name) for side in (ours, theirs))
    _replaced(base, mine, other)
    mine_new, other_new = (
        [at for at, known in enumerate(side) if known is None] for side in (mine, other)
    )
    for count, at in enumerate(mine_new):
        mine[at] = len(base) + count
    both = aligned([ours[at] for at in mine_new], [theirs[at] for at in other_new], name)
    for count, (at, place) in enumerate(zip(other_new, both, strict=True)):
        other[at] = len(base) + len(mine_new) + count
        if place is not None and _is_one(ours[mine_new[place]], theirs[at], name):
            other[at] = mine[mine_new[place]]
    numbers = (range(len(base)), mine, other)
    return [[known for known in side if known is not None] for side in numbers]


def _is_one(ours: Piece, theirs: Piece, name: Callable[[Piece], str | None]) -> bool:
    """Say whether both sides have brought the same, or two things of one name."""
    return same(ours, theirs) or name(ours) == name(theirs) is not None


class Rows:
    """The statements of three blocks, each known by one number in all of them.

    Attributes:
        sides: the statements of base, ours and theirs.
        keys: their numbers.
        words: the names that ours uses, and theirs.
        order: the numbers of all statements, as the merged ones stand.
    """

    def __init__(
        self, sides: Sequence[Sequence[Statement]], name: Callable[[Piece], str | None]
    ) -> None:
        self.sides = sides
        ours, theirs = (words(each.lines for each in side) for side in sides[1:])
        self.words = (ours, theirs)
        self.keys = _numbered([[statement.piece for statement in side] for side in sides], name)
        self.order = self._sorted(ordered(*self.keys))
        self.order += [key for key in self.keys[0] if key not in self.order]

    def versions(self, key: int) -> list[Statement | None]:
        """Return a statement in all three versions."""
        return [
            side[keys.index(key)] if key in keys else None
            for side, keys in zip(self.sides, self.keys, strict=True)
        ]

    def kept(self, key: int) -> Statement | None:
        """Return a statement of the version that still has it."""
        _, ours, theirs = self.versions(key)
        return ours or theirs

    def has_ours(self, key: int) -> bool:
        """Say whether ours has a statement."""
        return key in self.keys[1]

    def is_import(self, key: int) -> bool:
        """Say whether a statement is an import."""
        return any(version and is_import(version.piece) for version in self.versions(key))

    def _sorted(self, order: list[int]) -> list[int]:
        """Return an order in which imports that only theirs has stand where they are looked for."""
        mine = set(self.keys[1])
        order = list(order)
        fresh = [key for key in order if key not in mine and self.is_import(key)]
        for key in reversed(fresh):
            at = order.index(key)
            piece = self._piece(key)
            while (
                at + 1 < len(order)
                and order[at + 1] in mine
                and self._is_before(order[at + 1], piece)
            ):
                order[at], order[at + 1] = order[at + 1], order[at]
                at += 1
        return order

    def _is_before(self, key: int, piece: Piece) -> bool:
        return self.is_import(key) and statement_key(self._piece(key)) < statement_key(piece)

    def _piece(self, key: int) -> Piece:
        return next(version.piece for version in self.versions(key)[::-1] if version)

    def written(self, made: dict[int, str | None]) -> str:
        """Return the lines of statements with what stands between them."""
        text, before, left = "", None, ""
        for key in self.order:
            lines = made.get(key)
            if lines is None:
                left += self._orphans(key)
                continue
            text += self._above(before, key, left) + lines
            before, left = key, ""
        return text + left

    def _orphans(self, key: int) -> str:
        """Return the comments of the owner above a statement that goes."""
        base, ours, _ = self.versions(key)
        known = base.comments if base else []
        return "".join(line for line in (ours.comments if ours else []) if line not in known)

    def _above(self, before: int | None, key: int, left: str) -> str:
        """Return the lines above a statement, from a version in which the two are neighbours."""
        base, ours, theirs = self.versions(key)
        wanted = _merged_comments(base, ours, theirs)
        around = [
            version.above
            for side, version in ((1, ours), (2, theirs))
            if version and self._before(side, key) == before
        ]
        kept = ours or theirs
        assert kept is not None
        first = next(iter(around), kept.above if before is not None else "")
        blank = first[: len(first) - len(first.lstrip("\n"))]
        if not around and before is not None and self.is_import(key) and self.is_import(before):
            blank = "\n" * (section(self._piece(before)) != section(self._piece(key)))
        texts = [side.above for side in (ours, theirs) if side and side.comments == wanted]
        return blank + left + (texts[0].lstrip("\n") if texts else "".join(wanted))

    def _before(self, side: int, key: int) -> int | None:
        at = self.keys[side].index(key)
        return self.keys[side][at - 1] if at else None


def _merged_comments(
    base: Statement | None, ours: Statement | None, theirs: Statement | None
) -> list[str]:
    before, mine, other = (side.comments if side else [] for side in (base, ours, theirs))
    if ours is None or (theirs is not None and mine == before):
        return other
    if theirs is None or other == before:
        return mine
    return list(dict.fromkeys([*mine, *other]))

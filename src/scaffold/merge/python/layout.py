"""What a merge writes, and where its lines end: as ruff would, where both sides have changed it."""

from dataclasses import dataclass

WIDTH = 100
"""The longest line in characters, as everywhere in generated code."""

LISTS = {
    "argument_list": "()",
    "parameters": "()",
    "list": "[]",
    "dictionary": "{}",
    "set": "{}",
    "tuple": "()",
    "type_parameter": "[]",
}
"""Kinds of pieces that hold others between brackets, and which."""


@dataclass(frozen=True)
class Text:
    """What is taken from a version as it stands, and how far its lines are indented there."""

    text: str
    indent: int = 0


@dataclass(frozen=True)
class Entry:
    """One of the items between brackets, with the comments about it."""

    item: "Layout"
    above: tuple[str, ...] = ()
    behind: str = ""


@dataclass(frozen=True)
class Items:
    """Items between brackets.

    Attributes:
        kind: what the grammar calls the whole.
        entries: what stands between them.
        split: whether each item has a line of its own, however short they are.
        last: the comments behind the last item.
    """

    kind: str
    entries: tuple[Entry, ...]
    split: bool
    last: tuple[str, ...] = ()

    @property
    def comma(self) -> str:
        """Return what stands behind the last item: one item and a comma make a tuple."""
        single = len(self.entries) == 1
        return "," if single and self.kind == "tuple" else ""


Layout = tuple[Text | Items, ...]
"""What is to be written, before it is known where lines end."""


def laid_out(layout: Layout, indent: int, used: int, room: int = WIDTH, after: int = 0) -> str:
    """Return what is to be written, on one line where it fits, else one item a line.

    Args:
        layout: what is to be written.
        indent: the number of blanks in front of the line in which it begins.
        used: the number of characters in that line up to it.
        room: the longest line.
        after: the number of characters that follow on its last line.
    """
    flat = _flat(layout)
    if flat is not None and used + len(flat) + after <= room:
        return flat
    lists = [part for part in layout if isinstance(part, Items) and part.entries]
    split = [part for part in lists if _row(part) is None] or lists[-1:]
    written = ""
    for part in layout:
        if isinstance(part, Text):
            written += _moved(part, indent)
        elif part in split:
            written += _split(part, indent, room)
        else:
            written += _row(part) or ""
    return written


def _flat(layout: Layout) -> str | None:
    """Return what is to be written as one line; None where it needs several."""
    written = ""
    for part in layout:
        text = part.text if isinstance(part, Text) else _row(part)
        if text is None or "\n" in text:
            return None
        written += text
    return written


def _row(part: Items) -> str | None:
    if part.split or part.last or any(entry.above or entry.behind for entry in part.entries):
        return None
    inside = [_flat(entry.item) for entry in part.entries]
    if None in inside:
        return None
    opening, closing = tuple(LISTS[part.kind])
    return f"{opening}{', '.join(filter(None, inside))}{part.comma}{closing}"


def _split(part: Items, indent: int, room: int) -> str:
    inner = " " * (indent + 4)
    opening, closing = tuple(LISTS[part.kind])
    comma = "" if part.kind == "type_parameter" and len(part.entries) == 1 else ","
    rows = [opening]
    for entry in part.entries:
        rows += [f"{inner}{line}" for line in entry.above]
        item = laid_out(entry.item, len(inner), len(inner), room, after=1)
        rows.append(f"{inner}{item}{comma}{entry.behind}")
    rows += [f"{inner}{line}" for line in part.last]
    return "\n".join([*rows, f"{' ' * indent}{closing}"])


def _moved(part: Text, indent: int) -> str:
    """Return a text whose lines are indented as far as those around it."""
    if part.indent == indent or '"""' in part.text or "'''" in part.text:
        return part.text
    return part.text.replace(f"\n{' ' * part.indent}", f"\n{' ' * indent}")

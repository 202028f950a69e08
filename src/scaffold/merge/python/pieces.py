"""Modules as pieces that can be compared, moved and put together again without losing a byte."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from scaffold.project.files import split_lines
from scaffold.project.python_text import PythonText

if TYPE_CHECKING:
    from tree_sitter import Node

CLOSING = (")", "]", "}")


class Unknown(Exception):
    """A module is written in a way that is not taken apart here."""


@dataclass(frozen=True)
class Piece:
    """A node of a module's syntax tree, with the text that it stands for."""

    module: PythonText
    node: "Node"

    @classmethod
    def of(cls, source: str) -> "Piece":
        """Return a whole module."""
        module = _read(source)
        return cls(module, module.root)

    @property
    def kind(self) -> str:
        """Return the name that the grammar has for it."""
        return self.node.type

    @property
    def start(self) -> int:
        """Return where it begins."""
        return self.node.start_byte

    @cached_property
    def stop(self) -> int:
        """Return where it ends; the grammar counts comments below a block to the block."""
        node = self.node
        while inside := [child for child in node.children if child.type != "comment"]:
            node = inside[-1]
        return node.end_byte

    @cached_property
    def text(self) -> str:
        """Return what stands there, from its first to its last character."""
        return self.between(self.start, self.stop)

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """Return what it says, however it is laid out: comments count, blanks do not."""
        return tuple(_tokens(self.module, self.node, self.stop))

    @property
    def indent(self) -> int:
        """Return the number of blanks in front of the line in which it begins."""
        line = self.between(self.module.line_start(self.start), self.start)
        return len(line) - len(line.lstrip())

    def between(self, start: int, stop: int) -> str:
        """Return the module's text between two places."""
        return self.module.source[start:stop].decode()

    def field(self, name: str) -> "Piece | None":
        """Return the part to which the grammar gives a name."""
        found = self.node.child_by_field_name(name)
        return None if found is None else Piece(self.module, found)

    def fields(self, name: str) -> list["Piece"]:
        """Return all parts to which the grammar gives a name."""
        return [Piece(self.module, node) for node in self.node.children_by_field_name(name)]

    def named(self) -> list["Piece"]:
        """Return its parts but for punctuation and comments."""
        return [
            Piece(self.module, node) for node in self.node.named_children if node.type != "comment"
        ]

    def uses(self) -> Iterator["Piece"]:
        """Yield the names in it, but for attributes and the keywords of arguments."""
        left = [self.node]
        while left:
            node = left.pop()
            around = node.parent
            if node.type == "identifier" and around is not None:
                field = {"attribute": "attribute", "keyword_argument": "name"}.get(around.type, "")
                if not field or around.child_by_field_name(field) != node:
                    yield Piece(self.module, node)
            left += reversed(node.children)

    def leaves(self) -> Iterator[tuple[str, str]]:
        """Yield the kind and the text of everything in it that holds nothing else."""
        left = [self.node]
        while left:
            node = left.pop()
            if node.children and node.type != "string":
                left += reversed(node.children)
            else:
                yield node.type, self.module.text(node)


@lru_cache(maxsize=32)
def _read(source: str) -> PythonText:
    return PythonText(source.encode(), "utf-8")


def same(one: Piece | None, other: Piece | None) -> bool:
    """Say whether two pieces say the same."""
    if one is None or other is None:
        return one is other
    return one.tokens == other.tokens


def _tokens(module: PythonText, node: "Node", stop: int) -> Iterator[str]:
    if node.start_byte >= stop or node.type == "line_continuation":
        return
    if node.type == "string":
        yield _normal(module.text(node))
    elif node.type == "comment":
        yield module.text(node).rstrip()
    elif node.children:
        blocks = ("<", ">") if node.type == "block" else ()
        yield from blocks[:1]
        for child in node.children:
            yield from _tokens(module, child, stop)
        yield from blocks[1:]
    elif node.type != "," or not _is_last(node):
        yield module.text(node)


def _is_last(comma: "Node") -> bool:
    after = comma.next_sibling
    while after is not None and after.type == "comment":
        after = after.next_sibling
    return after is not None and after.type in CLOSING


def _normal(text: str) -> str:
    """Return a string with the quotes that formatters prefer."""
    head, quote, rest = text.partition("'")
    is_plain = not head.strip("rRbBuUfF") and quote and not rest.startswith("'")
    if is_plain and '"' not in rest and "\\" not in rest:
        return f'{head}"{rest[:-1]}"'
    return text


@dataclass(frozen=True)
class Statement:
    """A statement on lines of its own.

    Attributes:
        piece: the statement.
        above: the blank lines and comments between it and what stands in front of it.
        behind: the rest of its last line, and comments that are indented more than it is.
    """

    piece: Piece
    above: str
    behind: str

    @property
    def lines(self) -> str:
        """Return its lines, without those above it."""
        return f"{' ' * self.piece.indent}{self.piece.text}{self.behind}"

    @property
    def comments(self) -> list[str]:
        """Return the lines of comments above it."""
        return [f"{line}\n" for line in self.above.split("\n") if line.strip()]


def statements(block: Piece, start: int) -> tuple[list[Statement], int]:
    """Return the statements of a block or module, and where the last one's lines end.

    Args:
        block: the block.
        start: where the lines in front of its first statement begin.

    Raises:
        Unknown: two statements stand on one line.
    """
    found = []
    at = start
    for piece in block.named():
        line = piece.module.line_start(piece.start)
        end = _line_end(piece)
        rest = piece.between(piece.stop, end).strip()
        if line < at or piece.between(line, piece.start).strip(" ") or rest[:1] not in ("", "#"):
            raise Unknown
        end = _with_deeper(piece, end)
        found.append(
            Statement(piece, piece.between(at, line), piece.between(piece.stop, end) or "\n")
        )
        at = end
    return found, at


def _line_end(piece: Piece) -> int:
    return min(piece.module.line_end(piece.stop) + 1, len(piece.module.source))


def _with_deeper(piece: Piece, end: int) -> int:
    """Return where the comments end that stand below a place and are indented more."""
    for line in split_lines(piece.module.source[end:]):
        bare = line.lstrip(b" ")
        if not bare.startswith(b"#") or len(line) - len(bare) <= piece.indent:
            break
        end += len(line)
    return end

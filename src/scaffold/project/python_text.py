"""Python modules of owners, read and edited without counting lines or columns.

Python, git, `str.splitlines` and editors do not agree on what ends a line, and a column is a byte
to one and a character to the other. So no place is told by them here: a module is its bytes in
UTF-8, and a syntax tree whose nodes say at which of these bytes they begin and end.
"""

import io
import re
import tokenize
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node, Parser


@dataclass(frozen=True)
class Edit:
    """Other text in the place of some bytes.

    Attributes:
        start: the number of bytes in front of them.
        stop: the same of what follows them; equal to `start` where text is inserted.
        text: what stands there from now on.
    """

    start: int
    stop: int
    text: str


@dataclass(frozen=True)
class PythonText:
    """A Python module.

    Attributes:
        source: its text as UTF-8, without a byte order mark.
        encoding: how its file is encoded, by its mark or its coding line (PEP 263).
    """

    source: bytes
    encoding: str

    @classmethod
    def read(cls, content: bytes) -> "PythonText":
        """Return the module that a file holds.

        Raises:
            ValueError: the file is not encoded as it says; the message says what is wrong.
        """
        try:
            encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
            return cls(content.decode(encoding).encode(), encoding)
        except SyntaxError as error:
            raise ValueError(f"{error.msg}") from error

    @cached_property
    def root(self) -> "Node":
        """Return its syntax tree, which has errors in it where it is no valid Python."""
        # Tree-sitter knows no lone CR; another byte in its place moves nothing.
        return _parser().parse(re.sub(rb"\r(?!\n)", b"\n", self.source)).root_node

    @property
    def newline(self) -> str:
        """Return what ends its lines: what ends the first one."""
        found = re.search(rb"\r\n|\r|\n", self.source)
        return found[0].decode() if found else "\n"

    def nodes(self, within: "Node | None" = None) -> Iterator["Node"]:
        """Yield every node of the tree, or of one node in it, the outer ones first."""
        left = deque([within or self.root])
        while left:
            node = left.popleft()
            yield node
            left.extend(node.children)

    def text(self, node: "Node") -> str:
        """Return what stands at a node."""
        return self.source[node.start_byte : node.end_byte].decode()

    def edited(self, edits: Iterable[Edit]) -> bytes:
        """Return the file with edits in it, none of which overlaps another.

        Edits at one place stand in the order in which they are given.

        Raises:
            ValueError: its encoding has no character for what an edit brings.
        """
        parts, at = [], 0
        for edit in sorted(edits, key=lambda edit: edit.start):
            parts += [self.source[at : edit.start], edit.text.encode()]
            at = edit.stop
        return b"".join([*parts, self.source[at:]]).decode().encode(self.encoding)

    def line_start(self, at: int) -> int:
        """Return where the line of a place outside of strings begins."""
        return max(self.source.rfind(end, 0, at) for end in (b"\n", b"\r")) + 1

    def line_end(self, at: int) -> int:
        """Return where the line of a place outside of strings ends, in front of what ends it."""
        found = re.compile(rb"[\r\n]").search(self.source, at)
        return found.start() if found else len(self.source)


@cache
def _parser() -> "Parser":
    import tree_sitter_python
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_python.language()))

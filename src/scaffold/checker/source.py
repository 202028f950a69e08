"""One file: its text, its tree, and where in the text a node of the tree stands."""

import ast
import re
import sys
import tokenize
import warnings
from bisect import bisect_right
from functools import cached_property
from io import BytesIO
from pathlib import Path

from scaffold.checker.findings import Edit, Position, Unreadable

BOM = b"\xef\xbb\xbf"
SUSPECT = re.compile(
    rb"fastapi|starlette"
    rb"|@[\w.]+\.(?:get|post|put|patch|delete|head|options|trace|api_route|websocket)\("
    rb"|\.(?:add_api_route|include_router|set_cookie|delete_cookie|add_middleware)\("
)
"""What stands in every file of which a rule can say anything."""
ENCODING = re.compile(rb"coding[:=]")


class UnreadableError(Exception):
    """A file that is no Python which this Python can parse."""

    def __init__(self, reason: str, line: int = 1, column: int = 1) -> None:
        super().__init__(reason)
        self.reason, self.line, self.column = reason, line, column

    def told(self, path: str) -> Unreadable:
        """Return it as a result."""
        return Unreadable(path, self.line, self.column, self.reason)


class Source:
    """A file that has been read.

    Attributes:
        path: where it lies.
        shown: how it was named to the command.
        content: the bytes that it holds.
        text: what it holds, with the line ends that it has.
        tree: its syntax tree.
        encoding: by which its bytes become text.
    """

    def __init__(self, path: Path, shown: str, content: bytes) -> None:
        """Parse a file.

        Raises:
            UnreadableError: it is not Python that this Python can parse.
        """
        self.path, self.shown, self.content = path, shown, content
        self.encoding = _encoding(content)
        try:
            self.text = content.decode(self.encoding)
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise UnreadableError(f"it is not {self.encoding}", line) from error
        self.tree = _parsed(self.text)

    def mentions(self, word: str) -> bool:
        """Say whether a word, in lower case, stands anywhere in the file, in whichever case."""
        if word not in self._mentioned:
            self._mentioned[word] = word in self._lowered
        return self._mentioned[word]

    @cached_property
    def _mentioned(self) -> dict[str, bool]:
        return {}

    @cached_property
    def _lowered(self) -> str:
        return self.text.lower()

    @cached_property
    def lines(self) -> list[str]:
        """The lines, with their ends, as the parser counts them."""
        return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z", self.text)

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for line in self.lines:
            starts.append(starts[-1] + len(line))
        return starts

    def offset(self, line: int, column: int) -> int:
        """Return the place in the text of a line (from 1) and a column (UTF-8 bytes from 0)."""
        start = self._starts[line - 1]
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        if text.isascii():
            return start + column
        return start + len(text.encode()[:column].decode(errors="ignore"))

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Return where a node begins and ends in the text."""
        assert isinstance(node, ast.expr | ast.stmt | ast.arg | ast.keyword | ast.excepthandler)
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
        return self.offset(node.lineno, node.col_offset), self.offset(end_line, end_column)

    def position(self, offset: int) -> Position:
        """Return a place in the text as editors name it."""
        line = bisect_right(self._starts, offset)
        line = min(line, len(self._starts) - 1) or 1
        return Position(line, offset - self._starts[line - 1] + 1)

    def code(self, node: ast.AST) -> str:
        """Return what stands in the file for a node."""
        start, end = self.span(node)
        return self.text[start:end]

    def edit(self, node: ast.AST, text: str) -> Edit:
        """Return the edit that puts something in the place of a node."""
        return Edit(*self.span(node), text)


def _encoding(content: bytes) -> str:
    if content.startswith(BOM):
        return "utf-8-sig"
    head = content[:500].split(b"\n", 2)[:2]
    if not any(map(ENCODING.search, head)):
        return "utf-8"
    try:
        return tokenize.detect_encoding(BytesIO(content).readline)[0]
    except (SyntaxError, LookupError) as error:
        raise UnreadableError(str(error)) from error


def _parsed(text: str) -> ast.Module:
    try:
        with warnings.catch_warnings(action="ignore"):
            return ast.parse(text)
    except SyntaxError as error:
        reader = f"for Python {sys.version_info.major}.{sys.version_info.minor}, which reads it"
        reason = f"{error.msg} {reader}"
        raise UnreadableError(reason, error.lineno or 1, error.offset or 1) from error
    except (RecursionError, MemoryError) as error:
        raise UnreadableError("it is nested too deeply") from error
    except ValueError as error:
        raise UnreadableError(str(error)) from error

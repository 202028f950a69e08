"""The documents that people read in the repository, and the code that stands in them."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.conftest import ROOT

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
TUTORIAL = ROOT / "docs" / "tutorial.md"


@dataclass(frozen=True)
class Block:
    """Code in a document, with what stands behind the backticks."""

    document: Path
    language: str
    title: str | None
    content: str


def tokens(document: Path) -> Iterator[Token]:
    """Yield the tokens of a document, those of lines of text included."""
    for token in MarkdownIt().enable("table").parse(document.read_text(encoding="utf-8")):
        yield token
        yield from token.children or ()


def blocks(document: Path, *languages: str) -> list[Block]:
    """Return the code of a document in the given languages."""
    found = []
    for token in tokens(document):
        language, _, rest = token.info.partition(" ")
        if token.type == "fence" and language in languages:
            title = re.search(r'title="(.+?)"', rest)
            found.append(Block(document, language, title and title[1], token.content))
    return found


def commands(document: Path) -> list[list[str]]:
    """Return the commands of a document, as words."""
    lines = [line for block in blocks(document, "console") for line in command_lines(block)]
    return [shlex.split(line, comments=True) for line in lines]


def command_lines(block: Block) -> list[str]:
    """Return the commands of a block: with `$` in front of them, what they print is left out."""
    lines = block.content.replace("\\\n", "").splitlines()
    if block.content.startswith("$ "):
        lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    return [line for line in lines if line and not line.startswith("#")]


def spans(document: Path) -> list[str]:
    """Return the code that stands inside lines of text."""
    return [token.content for token in tokens(document) if token.type == "code_inline"]


def links(document: Path) -> list[str]:
    """Return the targets of links and pictures."""
    found = [token.attrGet("href") or token.attrGet("src") for token in tokens(document)]
    return [str(target) for target in found if target]


def named(document: Path) -> str:
    """Return the name of a document, for the name of a test."""
    return document.relative_to(ROOT).as_posix()

"""Rename an endpoint inside its own modules, without touching texts, attributes or fields."""

import ast
import io
import tokenize
from collections.abc import Mapping

from scaffold.life.files import File

_Token = tokenize.TokenInfo


def renamed_words(before: File, after: File) -> dict[str, str]:
    """Return the names by which two generated modules differ; none if they differ in more."""
    old, new = _tokens(before), _tokens(after)
    words: dict[str, str] = {}
    if len(old) != len(new):
        return {}
    for left, right in zip(old, new, strict=True):
        if left.type == right.type == tokenize.NAME and left.string != right.string:
            words[left.string] = right.string
    return words


def rename_words(file: File, words: Mapping[str, str]) -> File:
    """Return a Python module in which names are replaced, or the file itself if it is none.

    A word stays where it is text, an attribute or a keyword, and everywhere when the module also
    has a variable or a field of that name.
    """
    tokens = _tokens(file)
    if not tokens:
        return file
    lines = file.content.decode().splitlines(keepends=True)
    words = {word: words[word] for word in words.keys() - _variables(lines)}
    for index in reversed(range(len(tokens))):
        token = tokens[index]
        if token.type == tokenize.NAME and token.string in words and _is_use(tokens, index):
            row, column = token.start
            line = lines[row - 1]
            end = column + len(token.string)
            lines[row - 1] = line[:column] + words[token.string] + line[end:]
    return File("".join(lines).encode(), file.executable)


def _tokens(file: File) -> list[_Token]:
    try:
        source = file.content.decode()
        return list(tokenize.generate_tokens(io.StringIO(source, newline="").readline))
    except (UnicodeDecodeError, tokenize.TokenError, SyntaxError):
        return []


def _variables(lines: list[str]) -> set[str]:
    """Return the names of variables, parameters and fields; every name of what does not parse."""
    try:
        nodes = list(ast.walk(ast.parse("".join(lines))))
    except (SyntaxError, ValueError, RecursionError):
        return set("".join(lines).split())
    stored = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return stored | {node.arg for node in nodes if isinstance(node, ast.arg)}


def _is_use(tokens: list[_Token], index: int) -> bool:
    """Say whether the name at a place is that of a module, class or function."""
    before = tokens[index - 1].string if index else ""
    if before == ".":
        return tokens[index].line.lstrip().startswith(("from app.", "import app."))
    return tokens[index + 1].string != "="

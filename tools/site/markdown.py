"""Words and code of the catalogue and the command line, as Markdown that shows them as they are."""

import html
import re


def text(plain: str) -> str:
    """Return a text, in which only `code` keeps a meaning."""
    parts = re.split(r"(`[^`]+`)", plain)
    return "".join(part if part.startswith("`") else _escaped(part) for part in parts)


def _escaped(plain: str) -> str:
    return re.sub(r"([_*\[\]])", r"\\\1", html.escape(plain, quote=False))


def cell(plain: str) -> str:
    """Return a text for a table."""
    return text(plain).replace("|", r"\|")


def cell_code(code: str) -> str:
    """Return what stands between backticks in a table."""
    return code.replace("|", r"\|")


def fence(language: str, code: str) -> str:
    """Return code as a block."""
    return f"```{language}\n{code.rstrip()}\n```"

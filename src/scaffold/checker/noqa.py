"""Comments that say that a finding is meant so, as flake8 and Ruff read them."""

import re
import tokenize
from functools import lru_cache
from io import StringIO

from scaffold.checker.findings import Finding
from scaffold.checker.source import Source

CODES = r"(?P<colon>\s*:\s*(?P<codes>[A-Z]+\d+(?:[\s,]+[A-Z]+\d+)*)?)?"
NOQA = re.compile(rf"#\s*noqa\b{CODES}", re.IGNORECASE)
WHOLE_FILE = re.compile(rf"#\s*scaffold:\s*noqa\b{CODES}", re.IGNORECASE)


def is_silenced(finding: Finding, source: Source) -> bool:
    """Say whether a comment takes a finding back.

    It stands in the first or the last line of the code that is wrong, or of its statement; or, as
    `# scaffold: noqa`, on a line of its own anywhere in the file.
    """
    if not source.mentions("noqa"):
        return False
    comments = _comments(source)
    lines = {finding.start.line, finding.end.line, finding.last_line}
    for line, (comment, alone) in comments.items():
        whole = WHOLE_FILE.search(comment) if alone else None
        if whole and _names(whole, finding.code):
            return True
        if line in lines:
            found = NOQA.search(comment)
            if found and _names(found, finding.code):
                return True
    return False


def _names(found: re.Match[str], code: str) -> bool:
    """Say whether a comment names a rule; one without a colon names all of them."""
    if found["colon"] is None:
        return True
    return any(
        code.startswith(one) for one in re.split(r"[\s,]+", (found["codes"] or "").upper()) if one
    )


@lru_cache(maxsize=64)
def _comments(source: Source) -> dict[int, tuple[str, bool]]:
    """Return the comments by their lines, and whether nothing else stands there."""
    found = {}
    try:
        for token in tokenize.generate_tokens(StringIO(source.text).readline):
            if token.type == tokenize.COMMENT and "noqa" in token.string.lower():
                alone = not token.line[: token.start[1]].strip()
                found[token.start[0]] = (token.string, alone)
    except (tokenize.TokenError, SyntaxError):
        pass
    return found

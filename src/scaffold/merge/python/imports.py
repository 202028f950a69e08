"""Import statements as sets of names."""

import re
import sys
from collections.abc import Collection, Sequence

from scaffold.merge.python.layout import WIDTH
from scaffold.merge.python.pieces import Piece

KINDS = ("import_statement", "import_from_statement", "future_import_statement")


def is_import(piece: Piece) -> bool:
    """Say whether a statement is an import."""
    return piece.kind in KINDS


def source(piece: Piece) -> str:
    """Return where an import takes names from: what `from` names, or all of an `import`."""
    if piece.kind == "future_import_statement":
        return "__future__"
    module = piece.field("module_name")
    return module.text if module else " ".join(piece.tokens)


def names(piece: Piece) -> dict[str, str]:
    """Return what an import binds, each with how it is written."""
    if any(part.kind == "wildcard_import" for part in piece.named()):
        return {"*": "*"}
    found = {}
    for part in piece.fields("name"):
        alias = part.field("alias")
        bound = alias.text if alias else part.text
        bound = bound if piece.kind != "import_statement" or alias else bound.partition(".")[0]
        found[bound] = part.text
    return found


def merge_import(
    base: Piece | None,
    ours: Piece | None,
    theirs: Piece | None,
    used: Collection[str],
    sides: tuple[Collection[str], Collection[str]],
) -> str | None:
    """Merge an import from one module; None where nothing is left of it.

    Args:
        base: that of the version from which both come.
        ours: the version whose layout is kept.
        theirs: the version that is merged into it.
        used: the names that the merged module uses.
        sides: those that ours uses, and theirs.
    """
    before, mine, other = (names(side) if side else {} for side in (base, ours, theirs))
    kept = {
        name: written
        for name, written in {**other, **mine}.items()
        if _stays(name, (before, mine, other), used, sides)
    }
    if not kept:
        return None
    for side, known in ((ours, mine), (theirs, other)):
        if side is not None and kept == known:
            return side.text
    kind = ours or theirs
    return _written(kind, kept.values()) if kind else None


def _stays(
    name: str,
    versions: Sequence[Collection[str]],
    used: Collection[str],
    sides: tuple[Collection[str], Collection[str]],
) -> bool:
    """Say whether a name is imported; what one side has taken away the other may use."""
    before, mine, other = versions
    if name in mine:
        return name in other or name not in before or (name in used and name not in sides[1])
    if name in before:
        return name in used and name not in sides[0]
    return True


def _written(piece: Piece, kept: Collection[str]) -> str:
    found = sorted(kept, key=_name_key)
    if piece.kind == "import_statement":
        return f"import {', '.join(found)}"
    head = f"from {source(piece)} import "
    if "#" not in piece.text and len(head) + len(", ".join(found)) <= WIDTH:
        return head + ", ".join(found)
    comments = {
        name.text: piece.module.source[name.stop : piece.module.line_end(name.stop)].decode()
        for name in piece.fields("name")
    }
    rows = [f"    {name}," + comments.get(name, "").lstrip(",") for name in found]
    return "\n".join([f"{head}(", *rows, ")"])


def _name_key(written: str) -> tuple[int, str]:
    """Return a key that sorts names as ruff does: constants, classes, others."""
    kind = 0 if written.isupper() and len(written) > 1 else 1 if written[:1].isupper() else 2
    return kind, natural(written)


def statement_key(piece: Piece) -> tuple[int, bool, str]:
    """Return a key that sorts imports as ruff does: by section, then `import` before `from`."""
    module = (
        source(piece) if piece.kind != "import_statement" else next(iter(piece.fields("name"))).text
    )
    return section(piece), piece.kind != "import_statement", natural(module)


def section(piece: Piece) -> int:
    """Return the block in which an import belongs: the future, Python, packages, the project."""
    found = piece.fields("name")
    module = source(piece) if piece.kind != "import_statement" else found[0].text
    root = module.partition(".")[0]
    if root == "__future__":
        return 0
    if root in sys.stdlib_module_names:
        return 1
    return 3 if root in ("", "app", "tests") else 2


def natural(text: str) -> str:
    """Return a key that sorts text with case ignored, and numbers in it by their value."""
    return re.sub(r"\d+", lambda digits: digits[0].zfill(8), text.lower())

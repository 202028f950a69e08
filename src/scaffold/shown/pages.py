"""What the command shows of the catalogue and of projects, as text and as JSON."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from scaffold.addresses import shown_address
from scaffold.catalogue.patterns import FAMILIES, Catalogue, Pattern
from scaffold.system.display import HIDDEN, PLAIN_WIDTH

if TYPE_CHECKING:
    from scaffold.new.create import Created
    from scaffold.shown import results

HEADINGS = {
    "response": "Responses: exactly one for each endpoint",
    "header": "Headers",
    "cookie": "Cookies",
    "status": "Statuses: at most one for each endpoint",
    "app": "Application: around all endpoints",
}


def to_json(value: Any) -> str:
    """Return a result as JSON for programs."""
    text = json.dumps(value, indent=2, default=str, ensure_ascii=False)
    return HIDDEN.sub(lambda found: json.dumps(found[0])[1:-1], text)


def catalogue_page(catalogue: Catalogue) -> str:
    """Return the list of all patterns, by family."""
    width = max(len(pattern_id) for pattern_id in catalogue.patterns)
    blocks = []
    for family in FAMILIES:
        patterns = catalogue.family(family)
        rows = [f"  {pattern.id:{width}}  {pattern.summary}" for pattern in patterns]
        blocks.append("\n".join([HEADINGS[family], *rows]))
    last = "`scaffold patterns ID` shows one of them, `scaffold patterns WORD` searches."
    return "\n\n".join([*blocks, last])


def catalogue_data(patterns: Iterable[Pattern]) -> "results.PatternList":
    """Return a list of patterns as data."""
    return [short_data(pattern) for pattern in patterns if not pattern.unlisted]


def short_data(pattern: Pattern) -> "results.ListedPattern":
    """Return what a list says of a pattern."""
    return {
        "id": pattern.id,
        "family": pattern.family,
        "title": pattern.title,
        "summary": pattern.summary,
        "standard": pattern.standard,
    }


def found_page(patterns: Sequence[Pattern]) -> str:
    """Return the patterns that a search has found, the best first."""
    width = max(len(pattern.id) for pattern in patterns)
    return "\n".join(f"{pattern.id:{width}}  {pattern.summary}" for pattern in patterns)


def tree_page(created: "Created", width: int = PLAIN_WIDTH) -> str:
    """Return the files of a project as a tree, with their sizes, in so many columns."""
    rows = list(tree_rows(created.files))
    room = min(56, width - 16, max((len(label) for label, _ in rows), default=0) + 2)
    lines = [f"{created.destination}/"]
    for label, path in rows:
        size = f" {created.files[path]:>7,} bytes" if path is not None else ""
        lines.append(f"  {label:<{room}}{size}".rstrip())
    total = sum(created.files.values())
    return "\n".join([*lines, f"{len(created.files)} files, {total:,} bytes; nothing was written"])


def tree_rows(paths: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    """Yield the rows of a tree: an indented name, and the path if it is a file's."""
    shown: set[str] = set()
    for path in sorted(paths):
        *folders, name = path.split("/")
        for depth, folder in enumerate(folders):
            here = "/".join(folders[: depth + 1])
            if here not in shown:
                yield f"{'  ' * depth}{folder}/", None
                shown.add(here)
        yield f"{'  ' * len(folders)}{name}", path


def created_data(created: "Created") -> "results.Created":
    """Return what was made as data."""
    src = created.origin["src"]
    return {
        "destination": str(created.destination),
        "files": created.files,
        "origin": {"src": src and shown_address(src), "commit": created.origin["commit"]},
        "committed": created.committed,
        "synced": created.synced,
        "notes": created.notes,
    }

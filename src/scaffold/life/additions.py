"""What `scaffold add` is told to add: lines, and a data file."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scaffold.errors import InvalidSpec, UsageMistake
from scaffold.project.sources import Source
from scaffold.spec.answers import read_data_file
from scaffold.spec.lines import parse_line

TAKEN = ("endpoints", "application")


@dataclass(frozen=True)
class Additions:
    """Endpoints and application patterns, as in a data file."""

    endpoints: list[dict[str, Any]] = field(default_factory=list)
    application: list[Any] = field(default_factory=list)


def gather_additions(lines: Sequence[str], data_file: Path | None, source: Source) -> Additions:
    """Return what to add: that of the data file first, then the lines.

    Args:
        lines: endpoint lines.
        data_file: a YAML file with `endpoints` or `application`.
        source: the project's template, whose patterns the lines name.

    Raises:
        UsageMistake: the file or a line cannot be read.
        InvalidSpec: the file holds something else than lists.
    """
    given = read_data_file(data_file) if data_file else {}
    for name, value in given.items():
        if name not in TAKEN:
            raise UsageMistake(
                f"{data_file}: only {' and '.join(TAKEN)} can be added, not {name}",
                f"`scaffold update --data {name}=...` changes an answer",
            )
        if not isinstance(value, list):
            raise InvalidSpec(name, "a list is needed", "write one item a line, each after a dash")
    parsed = [parse_line(line, source.catalogue) for line in lines]
    endpoints = [*given.get("endpoints", []), *parsed]
    return Additions(endpoints, given.get("application", []))

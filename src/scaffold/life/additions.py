"""What `scaffold add` is told to add: lines, and a data file."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scaffold.errors import InvalidSpec, UsageMistake
from scaffold.project.sources import Source
from scaffold.spec.answers import read_data_file
from scaffold.spec.lines import is_model, parse_line, parse_model

TAKEN = ("models", "endpoints", "application")


@dataclass(frozen=True)
class Additions:
    """Models, endpoints and application patterns, as in a data file.

    Attributes:
        lines: the last of them as they were written, by which their mistakes are named.
    """

    endpoints: list[dict[str, Any]] = field(default_factory=list)
    application: list[Any] = field(default_factory=list)
    models: list[dict[str, Any]] = field(default_factory=list)
    lines: Sequence[str] = ()


def gather_additions(lines: Sequence[str], data_file: Path | None, source: Source) -> Additions:
    """Return what to add: that of the data file first, then the lines.

    Args:
        lines: lines of endpoints and models.
        data_file: a YAML file with `models`, `endpoints` or `application`.
        source: the project's template, whose patterns the lines name.

    Raises:
        UsageMistake: the file or a line cannot be read.
        InvalidSpec: the file holds something else than lists.
    """
    given = read_data_file(data_file) if data_file else {}
    for name, value in given.items():
        if name not in TAKEN:
            raise UsageMistake(
                f"{data_file}: only {', '.join(TAKEN[:-1])} and {TAKEN[-1]} can be added, "
                f"not {name}",
                f"`scaffold update --data {name}=...` changes an answer",
            )
        if not isinstance(value, list):
            raise InvalidSpec(name, "a list is needed", "write one item a line, each after a dash")
    parsed = [parse_line(line, source.catalogue) for line in lines if not is_model(line)]
    models = [parse_model(line) for line in lines if is_model(line)]
    return Additions(
        endpoints=[*given.get("endpoints", []), *parsed],
        application=given.get("application", []),
        models=[*given.get("models", []), *models],
        lines=lines,
    )

"""What `scaffold add` is told to add: lines, and a data file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scaffold.errors import InvalidSpec, Refused, UsageMistake
from scaffold.project.sources import Source
from scaffold.spec.answers import parse_lines, read_data_file
from scaffold.spec.resources import expanded

UPDATE_FIRST = "run `scaffold update` first"
TAKEN = ("models", "resources", "endpoints", "application")


@dataclass(frozen=True)
class Additions:
    """Models, resources, endpoints and application patterns, as in a data file.

    Attributes:
        lines: the last of them as they were written, by which their mistakes are named.
    """

    endpoints: list[dict[str, Any]] = field(default_factory=list)
    application: list[Any] = field(default_factory=list)
    models: list[dict[str, Any]] = field(default_factory=list)
    resources: list[dict[str, Any]] = field(default_factory=list)
    lines: Sequence[str] = ()


def gather_additions(
    lines: Sequence[str], data_file: Path | None, source: Source, project: Mapping[str, Any]
) -> Additions:
    """Return what to add: that of the data file first, then the lines.

    Args:
        lines: lines of endpoints, models and resources.
        data_file: a YAML file with `models`, `resources`, `endpoints` or `application`.
        source: the project's template, whose patterns the lines name.
        project: the project's answers, whose models and resources they name.

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
    parsed = parse_lines(lines, source.catalogue)
    whole = {name: [*given.get(name, []), *items] for name, items in parsed.items()}
    if whole["resources"] and "operations" not in source.catalogue.data["vocabulary"]:
        raise Refused("the project's version of the template has no resources", UPDATE_FIRST)
    found = expanded(whole, lines, source.catalogue, project)
    return Additions(**found, application=given.get("application", []), lines=lines)

"""Gather the answers that the command line gives: preset, data file, data, endpoint lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from scaffold.catalogue import load, template_root
from scaffold.check import check
from scaffold.errors import InvalidSpec, UsageMistake
from scaffold.lines import parse_line
from scaffold.yaml_files import read_yaml

TEXT_ANSWERS = (
    "project_name",
    "description",
    "author_name",
    "author_email",
    "license",
    "python_version",
)
CHOICE_ANSWERS = {
    "response_patterns": "response",
    "header_patterns": "header",
    "cookie_patterns": "cookie",
    "application_patterns": "app",
}
"""The checkbox answers, each with the family whose ids it takes."""
SPEC_ANSWERS = ("application", "endpoints")
ANSWERS = (*TEXT_ANSWERS, *CHOICE_ANSWERS, *SPEC_ANSWERS, "own_files")


@dataclass(frozen=True)
class Sources:
    """What the command line gives; a later attribute goes before an earlier one.

    Attributes:
        preset: the name of a preset.
        data_file: a YAML file of answers.
        data: answers as `NAME=VALUE`.
        lines: endpoints, added to those of the other sources.
    """

    preset: str | None = None
    data_file: Path | None = None
    data: Sequence[str] = field(default=())
    lines: Sequence[str] = field(default=())

    def suffice(self) -> bool:
        """Say whether they settle what is generated, so that nobody needs to be asked."""
        if self.preset is not None or self.data_file is not None or self.lines:
            return True
        return any(text.startswith("endpoints=") for text in self.data)


def gather(sources: Sources, *, checked: bool = True) -> dict[str, Any]:
    """Return the answers as data for Copier.

    Args:
        sources: where they come from.
        checked: whether to hold them against the catalogue of this command; another template
            has a catalogue of its own.

    Raises:
        UsageMistake: a source cannot be read, or names an answer that there is none of.
        InvalidSpec: an answer cannot be generated.
    """
    answers: dict[str, Any] = {}
    if sources.preset is not None:
        answers |= _mapping(_preset(sources.preset), f"preset {sources.preset}")
    if sources.data_file is not None:
        answers |= read_data_file(sources.data_file)
    answers |= dict(_assignment(text) for text in sources.data)
    if sources.lines:
        endpoints = answers.get("endpoints", [])
        lines = [parse_line(line) for line in sources.lines]
        answers["endpoints"] = [*endpoints, *lines] if isinstance(endpoints, list) else endpoints
    if checked:
        _check_types(answers)
        check(answers)
    return {name: _as_text(name, value) for name, value in answers.items()}


def presets() -> list[str]:
    """Return the names of the presets."""
    return sorted(path.stem for path in (template_root() / "presets").glob("*.yml"))


def read_data_file(path: Path) -> dict[str, Any]:
    """Return the answers of a YAML file.

    Raises:
        UsageMistake: it cannot be read, or names an answer that there is none of.
    """
    return _mapping(_data_file(path), str(path))


def _preset(name: str) -> Any:
    names = presets()
    if name not in names:
        raise UsageMistake(f"there is no preset {name}", f"use one of {', '.join(names)}")
    return read_yaml(template_root() / "presets" / f"{name}.yml")


def _data_file(path: Path) -> Any:
    try:
        return read_yaml(path)
    except OSError as error:
        raise UsageMistake(f"cannot read {path}: {error.strerror}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UsageMistake(f"{path} is no valid YAML: {_yaml_problem(error)}") from error


def _yaml_problem(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    return f"line {mark.line + 1}: {problem}" if mark else problem


def _mapping(data: Any, source: str) -> dict[str, Any]:
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise UsageMistake(f"{source}: a mapping of answers is needed, such as endpoints: [...]")
    for name in data:
        _refuse_unknown(name, source)
    return data


def _assignment(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageMistake(f"--data {text}: write it as NAME=VALUE")
    _refuse_unknown(name, "--data")
    if name in TEXT_ANSWERS:
        return name, value
    try:
        return name, yaml.safe_load(value)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problem = f"--data {name}: the value is no valid YAML: {_yaml_problem(error)}"
        raise UsageMistake(problem) from error


def _refuse_unknown(name: object, source: str) -> None:
    if name not in ANSWERS:
        valid = f"use one of {', '.join(ANSWERS)}"
        raise UsageMistake(f"{source}: there is no answer {name}", valid)


def _check_types(answers: Mapping[str, Any]) -> None:
    for name in TEXT_ANSWERS:
        value = answers.get(name, "")
        if not isinstance(value, str | int | float) or isinstance(value, bool):
            raise InvalidSpec(name, "text is needed", "put quotes around it")
    for name, family in CHOICE_ANSWERS.items():
        _check_choices(answers.get(name, []), name, family)


def _check_choices(value: Any, name: str, family: str) -> None:
    choices = [pattern.id for pattern in load().family(family) if not pattern.unlisted]
    if not isinstance(value, list) or not all(item in choices for item in value):
        raise InvalidSpec(name, "a list of pattern ids is needed", f"use {', '.join(choices)}")


def _as_text(name: str, value: Any) -> Any:
    """Return a number as the text that it was in YAML, such as 3.12 for a Python version."""
    return str(value) if name in TEXT_ANSWERS else value

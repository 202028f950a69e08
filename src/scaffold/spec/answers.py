"""Gather the answers that the command line gives: preset, data file, data, endpoint lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scaffold.catalogue.patterns import Catalogue, Pattern, load, template_root
from scaffold.catalogue.suggestions import did_you_mean
from scaffold.errors import InvalidSpec, UsageMistake
from scaffold.spec.check import check_new
from scaffold.spec.lines import is_model, is_resource, parse_line, parse_model, parse_resource
from scaffold.spec.mistakes import named_by_lines
from scaffold.spec.resources import expanded
from scaffold.spec.switches import SWITCHES

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
SETTLING = ("endpoints=", "response_patterns=", "header_patterns=", "cookie_patterns=")
"""Beginnings of assignments that say which endpoints there are."""
SPEC_ANSWERS = ("models", "resources", "application", "endpoints")
ANSWERS = (
    *TEXT_ANSWERS,
    *CHOICE_ANSWERS,
    *SPEC_ANSWERS,
    "handlers",
    "dependency_updates",
    "own_files",
    *SWITCHES,
)


@dataclass(frozen=True)
class Sources:
    """What the command line gives; a later attribute goes before an earlier one.

    Attributes:
        preset: the name of a preset.
        data_file: a YAML file of answers.
        data: answers as `NAME=VALUE`.
        lines: endpoints, added to those of the other sources.
        settled: what holds where the others say nothing, such as the answers to the wizard.
    """

    preset: str | None = None
    data_file: Path | None = None
    data: Sequence[str] = field(default=())
    lines: Sequence[str] = field(default=())
    settled: Mapping[str, Any] = field(default_factory=dict)

    def suffice(self) -> bool:
        """Say whether they settle what is generated, so that nobody needs to be asked."""
        if self.preset is not None or self.data_file is not None or self.lines:
            return True
        return any(text.startswith(SETTLING) for text in self.data)


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
    answers: dict[str, Any] = dict(sources.settled)
    if sources.preset is not None:
        answers |= preset_answers(sources.preset)
    if sources.data_file is not None:
        answers |= read_data_file(sources.data_file)
    answers |= dict(_assignment(text) for text in sources.data)
    if sources.lines:
        for name, added in parse_lines(sources.lines).items():
            given = answers.get(name, [])
            if isinstance(given, list) and (added or name == "endpoints"):
                answers[name] = [*given, *added]
    if checked:
        check_types(answers)
        answers = check_spec(answers, sources.lines)
    return {name: _as_text(name, value) for name, value in answers.items()}


def parse_lines(
    lines: Sequence[str], catalogue: Catalogue | None = None
) -> dict[str, list[dict[str, Any]]]:
    """Return what lines say, by the name of the answer that it belongs to.

    Raises:
        UsageMistake: a line cannot be read.
    """
    found: dict[str, list[dict[str, Any]]] = {"models": [], "resources": [], "endpoints": []}
    for line in lines:
        if is_model(line):
            found["models"].append(parse_model(line))
        elif is_resource(line):
            found["resources"].append(parse_resource(line))
        else:
            found["endpoints"].append(parse_line(line, catalogue))
    return found


def presets() -> list[str]:
    """Return the names of the presets."""
    return sorted(path.stem for path in (template_root() / "presets").glob("*.yml"))


def read_data_file(path: Path) -> dict[str, Any]:
    """Return the answers of a YAML file.

    Raises:
        UsageMistake: it cannot be read, or names an answer that there is none of.
    """
    return _mapping(_data_file(path), str(path))


def preset_answers(name: str) -> dict[str, Any]:
    """Return the answers of a preset.

    Raises:
        UsageMistake: there is none of this name; the message suggests the nearest one.
    """
    names = presets()
    if name not in names:
        hint = did_you_mean(name.lower(), names, f"use one of {', '.join(names)}", most=1)
        raise UsageMistake(f"there is no preset {name}", hint)
    from scaffold.system.yaml_files import read_yaml

    return _mapping(read_yaml(_preset_file(name)), f"preset {name}")


def preset_about(name: str) -> str:
    """Return what a preset is for: the comment at its top."""
    with _preset_file(name).open(encoding="utf-8") as stream:
        return stream.readline().removeprefix("#").strip()


def _preset_file(name: str) -> Path:
    return template_root() / "presets" / f"{name}.yml"


def _data_file(path: Path) -> Any:
    import yaml

    from scaffold.system.yaml_files import problem_of, read_yaml

    try:
        return read_yaml(path)
    except OSError as error:
        raise UsageMistake(f"cannot read {path}: {error.strerror}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UsageMistake(f"{path} is no valid YAML: {problem_of(error)}") from error


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
    import yaml

    from scaffold.system.yaml_files import parse_yaml, problem_of

    try:
        return name, parse_yaml(value)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problem = f"--data {name}: the value is no valid YAML: {problem_of(error)}"
        raise UsageMistake(problem) from error


def _refuse_unknown(name: object, source: str) -> None:
    if name == "layout":
        raise UsageMistake(f"{source}: only `scaffold adopt` decides on the layout", "leave it out")
    if name not in ANSWERS:
        valid = f"use one of {', '.join(ANSWERS)}"
        raise UsageMistake(f"{source}: there is no answer {name}", valid)


def check_spec(
    answers: dict[str, Any], lines: Sequence[str], catalogue: Catalogue | None = None
) -> dict[str, Any]:
    """Return answers with all models listed, and resources as what they are, once checked.

    Args:
        answers: all answers.
        lines: the last of them as lines, by which their mistakes are named.
        catalogue: the catalogue to check against; the command's own when None.

    Raises:
        InvalidSpec: for the first mistake.
    """
    try:
        return check_new(expanded(answers, lines, catalogue or load()), catalogue)
    except InvalidSpec as error:
        raise named_by_lines(error, answers, lines) from error


def check_types(answers: Mapping[str, Any], catalogue: Catalogue | None = None) -> None:
    """Check that answers are of their type, and the checkbox answers patterns of a catalogue.

    Args:
        answers: all answers.
        catalogue: the command's own when None.

    Raises:
        InvalidSpec: for the first mistake.
    """
    for name in TEXT_ANSWERS:
        value = answers.get(name, "")
        if not isinstance(value, str | int | float) or isinstance(value, bool):
            raise InvalidSpec(name, "text is needed", "put quotes around it")
    for name in SWITCHES:
        if not isinstance(answers.get(name, False), bool):
            raise InvalidSpec(name, "use true or false")
    for name, family in CHOICE_ANSWERS.items():
        _check_choices(answers.get(name, []), name, (catalogue or load()).family(family))


def _check_choices(value: Any, name: str, patterns: Sequence[Pattern]) -> None:
    choices = [pattern.id for pattern in patterns if not pattern.unlisted]
    if not isinstance(value, list) or not all(item in choices for item in value):
        raise InvalidSpec(name, "a list of pattern ids is needed", f"use {', '.join(choices)}")


def _as_text(name: str, value: Any) -> Any:
    """Return a number as the text that it was in YAML, such as 3.12 for a Python version."""
    return str(value) if name in TEXT_ANSWERS else value

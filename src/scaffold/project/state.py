"""What a generated project says about itself in `.copier-answers.yml`."""

import hashlib
import os
import re
import shlex
from dataclasses import dataclass, field, replace
from keyword import kwlist
from pathlib import Path
from typing import Any

from scaffold.errors import Refused, ScaffoldError, UsageMistake
from scaffold.project.files import read_content
from scaffold.project.kept import kept
from scaffold.project.layout import Layout
from scaffold.spec.switches import SWITCHES
from scaffold.template.origin import Origin

ANSWERS_FILE = ".copier-answers.yml"

_TAKEN = {*kwlist, "_", "case", "match", "aux", "con", "nul", "prn"}
"""Words of Python, and devices of Windows, which no module is called."""

CONFLICT = re.compile(rb"^(<{7}|>{7})( |\r?$)", re.MULTILINE)
"""The first and last line of a conflict that nobody has decided yet."""


@dataclass(frozen=True)
class Project:
    """A generated project.

    Attributes:
        folder: where it stands.
        answers: what it was generated from.
        origin: the template and the version that it was generated with.
        recorded: the answers file in which that stands; None where it is made of other sources.
    """

    folder: Path
    answers: dict[str, Any]
    origin: Origin
    recorded: bytes | None = field(default=None, repr=False, compare=False)

    @property
    def endpoints(self) -> list[dict[str, Any]]:
        """Return the endpoints that it lists."""
        found: list[dict[str, Any]] = self.answers["endpoints"]
        return found

    @property
    def models(self) -> list[dict[str, Any]]:
        """Return the models that it lists."""
        found: list[dict[str, Any]] = self.answers.get("models") or []
        return found

    @property
    def resources(self) -> list[dict[str, Any]]:
        """Return the resources that it lists."""
        found: list[dict[str, Any]] = self.answers.get("resources") or []
        return found

    def names(self) -> list[str]:
        """Return the names of its endpoints."""
        return [str(endpoint["name"]) for endpoint in self.endpoints]

    @property
    def layout(self) -> Layout:
        """Return where it has what is generated."""
        return Layout.of(self.answers)


def model_module(name: str) -> str:
    """Return the name of a model's module, as `module_of` in `compose/models.jinja` makes it."""
    word = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
    return f"{word}_" if word in _TAKEN else word


def model_path(name: str, layout: Layout) -> str:
    """Return the path of a model's module."""
    return f"{layout.folder}/models/{model_module(name)}.py"


def find_folder(start: Path | None = None) -> Path:
    """Return the project's folder: the one given, or the current one or the nearest above it.

    Raises:
        UsageMistake: there is no generated project.
        Refused: the one above belongs to somebody else, who may have put it in the way.
    """
    here = (start or Path.cwd()).resolve()
    for folder in [here] if start else [here, *here.parents]:
        if (folder / ANSWERS_FILE).is_file():
            if folder != here:
                _refuse_strangers(here, folder / ANSWERS_FILE)
            return folder
    raise UsageMistake(
        f"{start or 'this folder'} is no generated project: there is no {ANSWERS_FILE}",
        "`scaffold adopt` prepares a project that was not generated",
    )


def _refuse_strangers(here: Path, answers_file: Path) -> None:
    """Refuse a project that is only found because the current folder is inside of it."""
    owner = answers_file.stat().st_uid
    if os.name != "nt" and owner not in (os.geteuid(), here.stat().st_uid):
        raise Refused(
            f"{answers_file} belongs to somebody else",
            f"if you mean that project, use --project {shlex.quote(str(answers_file.parent))}",
        )


def read_project(folder: Path) -> Project:
    """Read the project in a folder.

    Raises:
        Refused: the answers file holds conflicts.
        ScaffoldError: it cannot be read, or is not that of a project of this template.
    """
    content, _ = read_content(folder / ANSWERS_FILE)
    if CONFLICT.search(content):
        from scaffold.project.merging import refuse_while_merging

        refuse_while_merging(folder)
        raise Refused(
            f"{ANSWERS_FILE} holds conflict markers",
            "decide them, keeping the endpoints of both sides that you want, and run this again",
        )
    return replace(_project(folder, _answers_kept(folder, content)), recorded=content)


def project_of(folder: Path, content: bytes) -> Project:
    """Return the project in a folder, as the bytes of an answers file describe it.

    Raises:
        ScaffoldError: they are no answers file of a project of this template.
    """
    return _project(folder, parse_answers(content))


def _project(folder: Path, recorded: dict[str, Any]) -> Project:
    answers = {name: value for name, value in recorded.items() if not name.startswith("_")}
    well_formed = _lists(answers, "endpoints") and _lists_models(answers)
    if not well_formed or not isinstance(recorded.get("_src_path"), str):
        raise ScaffoldError(
            f"{folder / ANSWERS_FILE} is not that of a project of this template: "
            "it must hold _src_path, and endpoints with a name each"
        )
    for name, before in SWITCHES.items():
        answers.setdefault(name, before)
    commit = recorded.get("_commit")
    origin = Origin(recorded["_src_path"], None if commit is None else str(commit))
    return Project(folder, answers, origin)


def _answers_kept(folder: Path, content: bytes) -> dict[str, Any]:
    """Return what an answers file holds, without reading its YAML again while it is the same."""
    digest = hashlib.sha256(content).hexdigest()
    answers: dict[str, Any] = kept(folder, "answers", digest, lambda: parse_answers(content))
    return answers


def parse_answers(content: bytes) -> dict[str, Any]:
    """Return what an answers file holds.

    Raises:
        ScaffoldError: it is no valid YAML, or no mapping.
    """
    import yaml

    from scaffold.system.yaml_files import parse_yaml, problem_of

    try:
        recorded = parse_yaml(content)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ScaffoldError(f"{ANSWERS_FILE} is no valid YAML: {problem_of(error)}") from error
    if not isinstance(recorded, dict) or not all(isinstance(name, str) for name in recorded):
        raise ScaffoldError(f"{ANSWERS_FILE} is no valid answers file: it must be a mapping")
    return recorded


def _lists(answers: dict[str, Any], name: str) -> bool:
    """Say whether an answer is a list of what has a name each."""
    items = answers.get(name)
    return isinstance(items, list) and all(
        isinstance(item, dict) and isinstance(item.get("name"), str) for item in items
    )


def _lists_models(answers: dict[str, Any]) -> bool:
    if "models" not in answers:
        return True
    found = _lists(answers, "models")
    return found and all(isinstance(model.get("fields"), dict) for model in answers["models"])

"""`scaffold list`: endpoints, models and tables of a project, and what became of their files."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from scaffold.errors import ScaffoldError
from scaffold.life.hand_edits import hand_edits
from scaffold.life.operations import opened, undecided_files
from scaffold.project.files import Tree, read_file
from scaffold.project.recorded import refusing
from scaffold.project.renders import notes, rendered
from scaffold.project.sources import Source
from scaffold.project.state import Project, find_folder, model_path, read_project
from scaffold.template.origin import Origin

State = Literal["generated", "edited", "missing", "unknown"]


@dataclass(frozen=True)
class Listed:
    """One endpoint of a project.

    Attributes:
        endpoint: as the answers file lists it.
        module: what became of its module since it was generated: `generated` (nothing), `edited`,
            `missing`, or `unknown` when the template's version cannot be had.
        tests: the same of its tests.
    """

    endpoint: dict[str, Any]
    module: State
    tests: State


@dataclass(frozen=True)
class ListedPart:
    """One model or resource of a project.

    Attributes:
        answer: as the answers file lists it.
        module: what became of its module, see `Listed`.
    """

    answer: dict[str, Any]
    module: State


@dataclass(frozen=True)
class Listing:
    """The endpoints, models and resources of a project.

    Attributes:
        folder: the project.
        origin: the template and the version that it was generated with.
        endpoints: in the order of the answers file.
        models: the same.
        resources: the same.
        notes: what is wrong with the answers file or should not be done, or could not be found out.
    """

    folder: Path
    origin: Origin
    endpoints: list[Listed]
    models: list[ListedPart]
    resources: list[ListedPart]
    notes: list[str]


def list_endpoints(folder: Path | None = None) -> Listing:
    """Return the endpoints, models and resources of the project in a folder.

    Raises:
        UsageMistake: there is no project.
        ScaffoldError: its answers file cannot be read.
    """
    try:
        with opened(folder, asked=False) as (project, source):
            return _listing(project, source)
    except ScaffoldError as error:
        # Without the template there is still the list itself, when that can be read.
        project = read_project(find_folder(folder))
        listed = [Listed(endpoint, "unknown", "unknown") for endpoint in project.endpoints]
        models = [ListedPart(model, "unknown") for model in project.models]
        tables = [ListedPart(each, "unknown") for each in project.resources]
        return Listing(project.folder, project.origin, listed, models, tables, [str(error)])


def _listing(project: Project, source: Source) -> Listing:
    with refusing(project):
        base, discouraged = rendered(project, source), notes(project, source)
    listed = [
        Listed(
            endpoint,
            _state(project, base, project.layout.stub(endpoint["name"])),
            _state(project, base, project.layout.stub_test(endpoint["name"])),
        )
        for endpoint in project.endpoints
    ]
    models = [
        ListedPart(model, _state(project, base, model_path(model["name"], project.layout)))
        for model in project.models
    ]
    tables = [
        ListedPart(each, _state(project, base, project.layout.rows(each["name"])))
        for each in project.resources
    ]
    found = hand_edits(project, source, base)
    undecided = [f"{path} holds conflicts to decide" for path in undecided_files(project, base)]
    told = [*([found] if found else []), *undecided, *_missing(project, base), *discouraged]
    return Listing(project.folder, project.origin, listed, models, tables, told)


def _missing(project: Project, base: Tree) -> Iterator[str]:
    """Yield a note on the modules without which nothing else works."""
    listed = {project.layout.stub(name) for name in project.names()}
    listed |= {model_path(model["name"], project.layout) for model in project.models}
    listed |= {project.layout.rows(each["name"]) for each in project.resources}
    for path in sorted(base.keys() - listed):
        if path.startswith(f"{project.layout.folder}/") and not (project.folder / path).exists():
            yield (
                f"{path} is generated, but missing; when a merge or a rebase took it away, "
                "run scaffold resolve right after that"
            )


def _state(project: Project, base: Tree, path: str) -> State:
    ours = read_file(project.folder / path)
    if ours is None:
        return "missing"
    return "generated" if ours.is_same(base[path]) else "edited"

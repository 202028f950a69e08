"""`scaffold update`: another version of the template, or other answers, for a project."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from scaffold.errors import Refused
from scaffold.life.hand_edits import refuse_hand_edits
from scaffold.life.operations import Plan, plan_merge, undecided_files, unmerged_project
from scaffold.life.other_places import refuse_moved
from scaffold.project.recorded import become, refusing, told
from scaffold.project.renders import keep_render, rendered
from scaffold.project.sources import Source, is_installed, source_of
from scaffold.project.state import Project, find_folder, read_project
from scaffold.spec.answers import Sources, gather
from scaffold.system.progress import working
from scaffold.system.signals import terminable
from scaffold.template.origin import Origin
from scaffold.template.repository import Repository, open_repository


@dataclass(frozen=True)
class Check:
    """Whether there is an update.

    Attributes:
        current: the version of the project.
        newest: the version that it could be at.
        available: whether that is another one.
    """

    current: Origin
    newest: str
    available: bool


def check(folder: Path | None = None, to: str | None = None) -> Check:
    """Say whether there is an update for the project in a folder; nothing is changed.

    Args:
        folder: the project's folder; the current one or the nearest above it when None.
        to: the version that is wanted; the newest one when None.

    Raises:
        ScaffoldError: the template's repository cannot be reached.
    """
    current = read_project(find_folder(folder)).origin
    repository = open_repository(current.src)
    target = _target(repository, current, to)
    return Check(current, target.commit or "", target != current)


@contextmanager
def prepared(
    folder: Path | None = None, to: str | None = None, data: Sequence[str] = ()
) -> Iterator[Plan]:
    """Yield the plan of an update of the project in a folder.

    Args:
        folder: the project's folder; the current one or the nearest above it when None.
        to: the version that is wanted; when None the newest one, or that of the project if there
            are other answers.
        data: other answers, as `NAME=VALUE`.

    Raises:
        UsageMistake: there is no such version, or no such answer.
        ScaffoldError: a version cannot be fetched.
        Refused: the project is at a newer version, or its answers file was edited by hand.
    """
    with terminable():
        project = unmerged_project(folder)
        target, repository, notes = _wanted(project, to, stay=bool(data))
        answers = {**project.answers, **gather(Sources(data=data), checked=False)}
        with source_of(project.origin, repository) as source:
            if target == project.origin:
                plan = plan_update(project, source, source, answers)
            else:
                with source_of(target, repository) as newer:
                    plan = plan_update(project, source, newer, answers)
            yield replace(plan, notes=(*plan.notes, *notes))


def plan_update(
    project: Project, source: Source, target: Source, answers: dict[str, Any] | None = None
) -> Plan:
    """Plan the step from one version of the template to another.

    Args:
        project: the project.
        source: the template at its version.
        target: the version that is wanted.
        answers: the answers that are wanted; those of the project when None.

    Raises:
        Refused: the answers file was edited by hand, or the wanted version refuses what it records.
        InvalidSpec: the other answers cannot be generated.
    """
    answers = project.answers if answers is None else answers
    refuse_moved(project)
    with working("Rendering the project"), refusing(project):
        base = rendered(project, source)
    refuse_hand_edits(project, source, base)
    with working("Rendering what it becomes"):
        theirs = become(project, target, answers)
    # What becomes its owner's stays as it is, instead of being deleted.
    own = set(answers.get("own_files") or ())
    base = {path: file for path, file in base.items() if path not in own}
    plan = plan_merge(project, target.origin, base, theirs)
    changed = {change.path for change in plan.changes}
    left = tuple(path for path in undecided_files(project, theirs) if path not in changed)
    updated = replace(project, answers=answers, origin=target.origin)
    remember = partial(keep_render, updated, target, theirs)
    said = (*plan.notes, *told(answers, target))
    return replace(plan, notes=said, undecided=left, remember=remember)


def _wanted(
    project: Project, to: str | None, *, stay: bool
) -> tuple[Origin, Repository | None, list[str]]:
    """Return the version that is wanted, the repository if it was needed, and what to tell."""
    current = project.origin
    if to is None and stay:
        return current, None, []
    if to is not None and is_installed(replace(current, commit=to)) and is_installed(current):
        return current, None, []
    repository = open_repository(current.src, needs=to)
    target = _target(repository, current, to)
    moved = [name for name in repository.moved if name in (current.commit, target.commit)]
    notes = [f"the tag {name} has moved in {repository.url} since it was fetched" for name in moved]
    return target, repository, notes


def _target(repository: Repository, current: Origin, to: str | None) -> Origin:
    """Return the wanted version as it will be recorded; the current one if nothing is newer.

    Raises:
        Refused: an older version is asked for.
    """
    wanted = repository.commit(to or repository.newest())
    here = repository.find_commit(current.commit) if current.commit else None
    if wanted == here:
        return current
    if here is not None and repository.contains(here, wanted):
        if to is not None:
            raise Refused(f"{to} is older than {current.commit}, at which the project is")
        return current
    return Origin(current.src, repository.describe(wanted))

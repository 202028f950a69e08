"""The operations on a project: what each wants, and the one way in which all are carried out.

`add`, `remove`, `rename` and `edit` each name the answers that are wanted, and return a `Plan`,
which can be shown, and which `carry_out` puts into the project. `scaffold.life.updates` does the
same with another version.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from scaffold.errors import InvalidSpec, Refused
from scaffold.life import endpoints as lists
from scaffold.life.apply import apply
from scaffold.life.hand_edits import refuse_hand_edits
from scaffold.life.other_places import package_notes, refuse_moved, refuse_package
from scaffold.life.own_imports import followed, importers, kept_modules
from scaffold.life.requirements import new_requirements
from scaffold.merge.trees import REJECTED, Change, Move, merge
from scaffold.project.files import Tree, read_file
from scaffold.project.merging import refuse_while_merging
from scaffold.project.recorded import check_whole, named, refusing
from scaffold.project.sources import Source, source_of
from scaffold.project.state import (
    ANSWERS_FILE,
    CONFLICT,
    Project,
    find_folder,
    page,
    read_project,
    stub,
    stub_test,
)
from scaffold.project.syntax import spoiled
from scaffold.spec.lines import parse_line
from scaffold.system.progress import working
from scaffold.system.signals import terminable
from scaffold.template.origin import Origin

Endpoint = dict[str, Any]

_OWN_MISTAKE = "this is a mistake in scaffold itself; please report it with that file"


@dataclass(frozen=True)
class Plan:
    """What an operation will do to a project, computed and not yet done.

    Attributes:
        project: the project as it is.
        target: the version that it will be at.
        changes: what happens to its files.
        notes: what its owner should know besides.
        imported: the modules of endpoints that go although the owner's code imports them, each with
            who does.
        undecided: the files that hold conflicts of an earlier operation, and stay as they are.
    """

    project: Project
    target: Origin
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = field(default=())
    imported: tuple[tuple[str, str], ...] = field(default=())
    undecided: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        """Refuse a plan after which a file does not parse that does now."""
        before = {change.path: change.before for change in self.changes}
        for change in self.changes:
            if change.after is None or change.after.link or change.conflict:
                continue
            was = change.before or before.get(change.moved_from or "")
            given = [] if was is None else [was.content]
            fault = spoiled(change.path, given, change.after.content)
            if fault is not None:
                raise Refused(f"{change.path} would not parse any more: {fault}", _OWN_MISTAKE)

    @property
    def conflicts(self) -> list[str]:
        """Return the files in which lines are left to decide."""
        return sorted({*self.undecided, *(each.path for each in self.changes if each.conflict)})

    @property
    def endangered(self) -> list[str]:
        """Return the files that would go although their owner has edited them."""
        return [change.path for change in self.changes if change.after is None and change.edited]


@contextmanager
def opened(folder: Path | None = None, *, asked: bool = True) -> Iterator[tuple[Project, Source]]:
    """Yield a project and its template.

    Args:
        folder: the project's folder; the current one or the nearest above it when None.
        asked: whether the template may be fetched, see `source_of`.
    """
    with terminable():
        project = unmerged_project(folder)
        with source_of(project.origin, asked=asked) as source:
            yield project, source


def unmerged_project(folder: Path | None = None) -> Project:
    """Return the project in a folder, in which git has nothing left to merge; see `opened`."""
    found = find_folder(folder)
    refuse_while_merging(found)
    return read_project(found)


def read_edit(name: str, line: str, source: Source) -> Endpoint:
    """Return the endpoint of a line, under an endpoint's own name where the line names none."""
    named = re.search(r"\sas\s+\S+\s*\Z", line) is not None
    return parse_line(line if named else f"{line} as {name}", source.catalogue)


def add(
    project: Project,
    source: Source,
    endpoints: Sequence[Endpoint],
    application: Sequence[Any] = (),
) -> Plan:
    """Plan endpoints, and application patterns, that come.

    Args:
        project: the project.
        source: its template, as `opened` yields it.
        endpoints: as in a data file.
        application: entries as in a data file.

    Raises:
        InvalidSpec: an endpoint cannot be generated.
        UsageMistake: there is another one of that name.
        Refused: a file of the owner's stands where a new one belongs.
    """
    _check_form(endpoints, source)
    answers = lists.with_endpoints(project.answers, endpoints)
    answers = lists.with_application(answers, application)
    return _plan(project, source, answers)


def remove(project: Project, source: Source, names: Sequence[str]) -> Plan:
    """Plan endpoints that go.

    Raises:
        UsageMistake: there is no endpoint of that name.
    """
    answers = lists.without_endpoints(project.answers, names)
    return _plan(project, source, answers, leaving=names)


def rename(project: Project, source: Source, old: str, new: str) -> Plan:
    """Plan another name for an endpoint; its owner's edits move along."""
    endpoint = lists.find(project.answers, old)
    return edit(project, source, old, {**endpoint, "name": new})


def edit(project: Project, source: Source, name: str, endpoint: Endpoint) -> Plan:
    """Plan that an endpoint becomes another one, under its name or a new one."""
    lists.find(project.answers, name)
    refuse_package(project, name)
    _check_form([endpoint], source)
    answers = lists.with_endpoint_changed(project.answers, name, endpoint)
    return _plan(project, source, answers, moves=moves_of(name, endpoint["name"]))


def carry_out(plan: Plan, *, force: bool = False) -> None:
    """Put a plan into its project.

    Args:
        plan: what to do.
        force: delete files, too, that their owner has edited or imports.

    Raises:
        Refused: there are such files; nothing was changed.
        ScaffoldError: the project cannot be written; nothing was changed.
    """
    if plan.endangered and not force:
        raise Refused(
            f"{', '.join(plan.endangered)} would be deleted, but "
            f"{'holds' if len(plan.endangered) == 1 else 'hold'} edits of yours",
            "save what you need, then use --force",
        )
    if plan.imported and not force:
        path, by = plan.imported[0]
        raise Refused(
            f"{path} would be deleted, but {by} imports it",
            "move what you need of it, then use --force",
        )
    project = plan.project
    listed = next((change for change in plan.changes if change.path == ANSWERS_FILE), None)
    if listed and listed.before and project.recorded not in (None, listed.before.content):
        raise Refused(f"{ANSWERS_FILE} was changed meanwhile", "run this again")
    apply(project.folder, plan.changes)


def _plan(
    project: Project,
    source: Source,
    answers: dict[str, Any],
    moves: tuple[Move, ...] = (),
    leaving: Sequence[str] = (),
) -> Plan:
    """Plan other answers at the project's own version."""
    refuse_moved(project)
    with working("Rendering the project"), refusing(project):
        base = source.render(project.answers)
    refuse_hand_edits(project, source, base, leaving)
    if answers == project.answers:
        return Plan(project, project.origin, ())
    check_whole(project.answers, answers, source)
    with working("Rendering what it becomes"):
        try:
            theirs = source.render(answers)
        except InvalidSpec as error:
            raise named(error, answers) from error
    _refuse_taken(project, base, theirs)
    plan = plan_merge(project, project.origin, base, theirs, moves)
    needed = new_requirements(source, project.answers, answers)
    note = f"add to your dependencies: {', '.join(needed)}"
    return replace(plan, notes=(*plan.notes, note)) if needed else plan


def plan_merge(
    project: Project, target: Origin, base: Tree, theirs: Tree, moves: tuple[Move, ...] = ()
) -> Plan:
    """Plan the step from one render to another."""
    changes = merge(base, theirs, project.folder, moves)
    going = [change.path for change in changes if change.after is None]
    notes = list(package_notes(project, base, theirs))
    refused: list[tuple[str, str]] = []
    if any(path.endswith(".py") for path in going):
        moved = {move.source for move in moves}
        known = importers(project.folder, theirs, changes)
        kept = {path: by for path, by in kept_modules(changes, known).items() if path not in moved}
        endpoints = {stub(name) for name in project.names()}
        refused = [(path, by) for path, by in kept.items() if path in endpoints]
        stays = {path: by for path, by in kept.items() if path not in endpoints}
        notes += [f"{path} stays, and is yours now: {by} imports it" for path, by in stays.items()]
        changes = [change for change in changes if change.path not in stays]
        changes += followed(moves, known, project.folder)
        changes.sort(key=lambda change: change.path)
    notes += _notes(project, changes)
    return Plan(project, target, tuple(changes), tuple(notes), tuple(refused))


def _check_form(endpoints: Sequence[Endpoint], source: Source) -> None:
    """Refuse endpoints that are wrong in themselves, in words that count from the first of them."""
    source.check({"endpoints": list(endpoints)})


def _refuse_taken(project: Project, base: Tree, theirs: Tree) -> None:
    """Refuse to mix a new file with one that its owner has written under the same path."""
    for path in sorted(theirs.keys() - base.keys()):
        ours = read_file(project.folder / path)
        if ours is not None and ours.content != theirs[path].content:
            raise Refused(
                f"{path} is a file of yours, and the new endpoint needs one there",
                "rename yours, or give the endpoint another name with `as NAME`",
            )


def undecided_files(project: Project, generated: Tree) -> Iterator[str]:
    """Yield the generated files of a project that hold conflicts, or lie beside a new version."""
    for path in sorted(generated):
        ours = read_file(project.folder / path)
        if ours is not None and not ours.is_same(generated[path]):
            if CONFLICT.search(ours.content) and not CONFLICT.search(generated[path].content):
                yield path
            if (project.folder / f"{path}{REJECTED}").exists():
                yield f"{path}{REJECTED}"


def moves_of(old: str, new: str) -> tuple[Move, ...]:
    """Return the files that stand elsewhere when an endpoint takes another name."""
    if old == new:
        return ()
    words = {old: new, f"test_{old}": f"test_{new}"}
    return tuple(Move(path(old), path(new), words) for path in (stub, stub_test, page))


def _notes(project: Project, changes: Sequence[Change]) -> Iterator[str]:
    if any(change.path == "pyproject.toml" for change in changes):
        lock = project.folder / "uv.lock"
        command = "uv sync" if lock.is_file() else "uv sync, or pip install . --group dev"
        yield f"pyproject.toml has changed; when its dependencies have, run {command}"

"""The operations on a project: what each wants, and the one way in which all are carried out.

`add`, `remove`, `rename` and `edit` each name the answers that are wanted, and return a `Plan`,
which can be shown, and which `carry_out` puts into the project. `scaffold.life.updates` does the
same with another version.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from scaffold.errors import InvalidSpec, Refused, UsageMistake
from scaffold.life import endpoints as lists
from scaffold.life import models
from scaffold.life.additions import UPDATE_FIRST, Additions
from scaffold.life.apply import apply
from scaffold.life.hand_edits import refuse_hand_edits
from scaffold.life.ignored import to_ignore
from scaffold.life.other_places import package_notes, refuse_moved, refuse_package
from scaffold.life.own_imports import followed, importers, kept_modules, renamed_in_own
from scaffold.life.requirements import new_requirements, to_add
from scaffold.life.served_paths import refuse_served_paths
from scaffold.merge.trees import REJECTED, Change, Move, merge
from scaffold.project.environment import REVISION, UPGRADE
from scaffold.project.files import Tree, read_file
from scaffold.project.layout import Layout
from scaffold.project.merging import refuse_while_merging
from scaffold.project.recorded import check_whole, refusing
from scaffold.project.renders import keep_render, rendered
from scaffold.project.sources import Source, source_of
from scaffold.project.state import (
    ANSWERS_FILE,
    CONFLICT,
    Project,
    find_folder,
    model_module,
    model_path,
    read_project,
)
from scaffold.project.syntax import spoiled
from scaffold.spec.lines import format_line, is_model, parse_line, parse_model
from scaffold.spec.mistakes import named, named_by_lines
from scaffold.spec.models import declared_by, reached, traced, with_listed
from scaffold.spec.resources import (
    endpoints_of,
    tables,
    with_resources,
    with_sent_model,
    without_idle,
)
from scaffold.system.progress import working
from scaffold.system.signals import terminable
from scaffold.template.origin import Origin

Endpoint = dict[str, Any]
Model = dict[str, Any]

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
        remember: keeps, once it is done, what the next operation would have to find out again.
    """

    project: Project
    target: Origin
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = field(default=())
    imported: tuple[tuple[str, str], ...] = field(default=())
    undecided: tuple[str, ...] = field(default=())
    remember: Callable[[], None] = field(default=lambda: None, repr=False, compare=False)

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


def read_edit(name: str, line: str, source: Source) -> Endpoint | Model:
    """Return the endpoint or model of a line; an endpoint keeps its name where it names none."""
    if is_model(line):
        return parse_model(line)
    renamed = re.search(r"\sas\s+\S+\s*\Z", line) is not None
    return parse_line(line if renamed else f"{line} as {name}", source.catalogue)


def edited_line(wanted: Endpoint | Model) -> str | None:
    """Return what `read_edit` has read as the line of an endpoint; None for a model."""
    return format_line(wanted) if "method" in wanted else None


def add(project: Project, source: Source, added: Additions) -> Plan:
    """Plan models, endpoints, and application patterns, that come.

    Args:
        project: the project.
        source: its template, as `opened` yields it.
        added: what comes.

    Raises:
        InvalidSpec: an endpoint or a model cannot be generated.
        UsageMistake: there is another one of that name.
        Refused: a file of the owner's stands where a new one belongs.
    """
    if added.models and "model" not in source.catalogue.vocabulary.shapes:
        raise Refused("the project's version of the template has no models", UPDATE_FIRST)
    names = [name for each in added.endpoints if (name := _name(each)) is not None]
    new = [name for name in names if name not in project.names()]
    refuse_served_paths(project, (one for one in added.endpoints if _name(one) in new))
    added = _checked(project.answers, source, added, new)
    answers = models.with_models(project.answers, added.models)
    answers = with_resources(answers, added.resources)
    answers = lists.with_endpoints(answers, added.endpoints)
    answers = lists.with_application(answers, added.application)
    listed = with_listed(answers, new, source.catalogue)
    try:
        return _plan(project, source, listed)
    except InvalidSpec as mistake:
        raise _with_line(mistake, listed, added) from mistake.__cause__


def _with_line(mistake: InvalidSpec, whole: Mapping[str, Any], added: Additions) -> InvalidSpec:
    """Return a mistake that knows the line of the endpoint that it is in, if it is in one."""
    if mistake.line is None and mistake.field.startswith("endpoints["):
        mistake.line = named_by_lines(mistake, whole, added.lines).line
        mistake.models = whole.get("models", ())
    return mistake


def remove(project: Project, source: Source, names: Sequence[str]) -> Plan:
    """Plan endpoints and models that go; the name of a resource stands for its endpoints.

    With them go models that only they have named, those of a table and what a pattern has brought,
    unless their owner has edited them.

    Raises:
        UsageMistake: there is nothing of that name.
        Refused: what stays names a model that goes.
    """
    gone = [name for name in names if models.find(project.answers, name)]
    leaving = endpoints_of(project.answers, [name for name in names if name not in gone])
    answers = without_idle(lists.without_endpoints(project.answers, leaving))
    idle = models.only_for(project.answers, answers, source.catalogue)
    unnamed = [name for name in idle if name not in gone]

    def planned(too: Sequence[str]) -> Plan:
        fewer = models.without_models(answers, [*gone, *too], source.catalogue)
        return _plan(project, source, fewer, leaving=leaving)

    plan = planned(unnamed)
    paths = {name: model_path(name, project.layout) for name in unnamed}
    edited = [name for name in unnamed if paths[name] in plan.endangered]
    if edited:
        stays = reached(edited, answers)
        unnamed = [name for name in unnamed if name not in stays]
        plan = planned(unnamed)
    notes = (("go as well", unnamed), ("stay, since you have edited them", edited))
    told = [
        f"nothing else names these models, which {how}: {', '.join(n)}" for how, n in notes if n
    ]
    return replace(plan, notes=(*told, *plan.notes))


def rename(project: Project, source: Source, old: str, new: str) -> Plan:
    """Plan another name for an endpoint or a model; its owner's edits move along."""
    if models.find(project.answers, old):
        wanted = models.renamed(project.answers, old, new, source.catalogue)
        return edit(project, source, old, wanted)
    return edit(project, source, old, {**lists.find(project.answers, old), "name": new})


def edit(project: Project, source: Source, name: str, wanted: Endpoint | Model) -> Plan:
    """Plan that an endpoint, or a model, becomes another one, under its name or a new one.

    Raises:
        UsageMistake: there is none of that name, or it is of the other kind.
    """
    if models.find(project.answers, name):
        if "method" in wanted:
            raise UsageMistake(f"{name} is a model", f"write it as model {name}(field=type, ...)")
        return _edit_model(project, source, name, wanted)
    lists.find(project.answers, name)
    if "method" not in wanted:
        raise UsageMistake(f"{name} is an endpoint", "write it as a method, a path and patterns")
    return _edit_endpoint(project, source, name, wanted)


def _edit_endpoint(project: Project, source: Source, name: str, wanted: Endpoint) -> Plan:
    before = lists.find(project.answers, name)
    refuse_package(project, name)
    refuse_served_paths(project, [wanted] if wanted["path"] != before["path"] else [])
    declares = [declared_by(each, source.catalogue) for each in (before, wanted)]
    new = [wanted["name"]] if declares[0] != declares[1] else []
    others = lists.without_endpoints(project.answers, [name])
    checked = _checked(others, source, Additions(endpoints=[wanted]), new)
    answers = lists.with_endpoint_changed(project.answers, name, checked.endpoints[0])
    answers = models.with_models(without_idle(answers), checked.models)
    answers = with_listed(answers, new, source.catalogue)
    return _plan(project, source, answers, moves=moves_of(name, wanted["name"], project.layout))


def _edit_model(project: Project, source: Source, name: str, wanted: Model) -> Plan:
    new = wanted["name"]
    answers = models.with_model_changed(project.answers, name, wanted, source.catalogue)
    answers = with_sent_model(answers, project.answers, name, new)
    _checked({**answers, "endpoints": []}, source, Additions(models=[wanted]), [])
    return _plan(project, source, answers, renamed=(name, new) if new != name else None)


def _checked(
    answers: dict[str, Any], source: Source, added: Additions, new: Sequence[str]
) -> Additions:
    """Return what comes, with the models that its endpoints have declared, which only name them.

    Args:
        answers: what there is besides.
        source: the template.
        added: what comes.
        new: the names of those endpoints whose models are listed.

    Raises:
        InvalidSpec: some of it is wrong in itself; the message names its line, or counts from
            the first of what comes.
    """
    coming = [_name(each) for each in (*added.endpoints, *added.models)]
    others = [each for each in answers["endpoints"] if each["name"] not in coming]
    known = [each for each in answers.get("models") or () if each["name"] not in coming]
    given = [*added.models, *known]
    resources = with_resources(answers, added.resources).get("resources", [])
    whole = {"models": given, "endpoints": [*others, *added.endpoints]}
    written = {"models": added.models, "endpoints": added.endpoints}
    try:
        listed = with_listed(whole, new, source.catalogue)
    except InvalidSpec as error:
        raise _with_line(named(error, whole), whole, added) from error
    endpoints: list[Endpoint] = listed["endpoints"][len(others) :]
    try:
        source.check({"models": listed["models"], "resources": resources, "endpoints": endpoints})
    except InvalidSpec as error:
        mistake = traced(error, {**written, "models": given}, listed, source.catalogue)
        by_line = named_by_lines(mistake, written, added.lines)
        by_line.models = given
        by_name = named(mistake, {"models": given, "endpoints": []})
        raise (by_line if by_line is not mistake else by_name) from error
    declared = listed["models"][len(given) :]
    return replace(added, endpoints=endpoints, models=[*added.models, *declared])


def _name(item: Any) -> str | None:
    """Return the name of an endpoint or model, which may be none yet."""
    name = item.get("name") if isinstance(item, dict) else None
    return name if isinstance(name, str) else None


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
    plan.remember()


def _plan(
    project: Project,
    source: Source,
    answers: dict[str, Any],
    moves: tuple[Move, ...] = (),
    leaving: Sequence[str] = (),
    renamed: tuple[str, str] | None = None,
) -> Plan:
    """Plan other answers at the project's own version.

    Args:
        project: the project.
        source: its template.
        answers: the other answers.
        moves: the files that stand elsewhere then.
        leaving: the endpoints that go.
        renamed: the name of a model, and what it is from now on.
    """
    refuse_moved(project)
    with working("Rendering the project"), refusing(project):
        base = rendered(project, source)
    refuse_hand_edits(project, source, base, leaving)
    if answers == project.answers:
        return Plan(project, project.origin, ())
    check_whole(project.answers, answers, source)
    with working("Rendering what it becomes"):
        try:
            theirs = source.render(answers)
        except InvalidSpec as error:
            raise named(error, answers) from error
    remember = partial(keep_render, replace(project, answers=answers), source, theirs)
    theirs = _without_taken(project, base, theirs)
    if renamed is not None:
        plan = _renaming(project, base, theirs, *renamed)
    else:
        plan = plan_merge(project, project.origin, base, theirs, moves)
    needed = new_requirements(source, project.answers, answers)
    notes = [*to_add(project.folder, needed)]
    notes += to_ignore(project.folder, base, theirs, project.layout)
    if tables(project.answers) != tables(answers) and answers.get("resources"):
        notes.append(
            f"the tables have changed; run {REVISION}, read what it writes, and then {UPGRADE}"
        )
    return replace(plan, notes=(*plan.notes, *notes), remember=remember)


def _renaming(project: Project, base: Tree, theirs: Tree, old: str, new: str) -> Plan:
    """Plan another name for a model: in its module, and in all that name it, the owner's too."""
    layout = project.layout
    words = words_of_model(old, new, layout)
    moves = (Move(model_path(old, layout), model_path(new, layout), words),)
    changes = merge(base, theirs, project.folder, moves, words)
    known = importers(project, theirs, changes)
    changes += renamed_in_own(words, known, theirs, project.folder)
    changes.sort(key=lambda change: change.path)
    word = re.compile(rf"\b{old}\b".encode())
    edited = ((change.path, change.after) for change in changes if change.edited)
    left = [path for path, after in edited if after and word.search(after.content)]
    note = f"these still say {old}, in texts or otherwise: {', '.join(left)}"
    return Plan(project, project.origin, tuple(changes), (note,) if left else ())


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
        known = importers(project, theirs, changes)
        kept = {
            path: by
            for path, by in kept_modules(changes, known, project).items()
            if path not in moved
        }
        endpoints = {project.layout.stub(name) for name in project.names()}
        refused = [(path, by) for path, by in kept.items() if path in endpoints]
        stays = {path: by for path, by in kept.items() if path not in endpoints}
        notes += [f"{path} stays, and is yours now: {by} imports it" for path, by in stays.items()]
        changes = [change for change in changes if change.path not in stays]
        changes += followed(moves, known, project)
        changes.sort(key=lambda change: change.path)
    notes += _notes(project, changes)
    return Plan(project, target, tuple(changes), tuple(notes), tuple(refused))


def _without_taken(project: Project, base: Tree, theirs: Tree) -> Tree:
    """Refuse to mix a new file with one that its owner has written under the same path.

    Only a package that holds no code may be the owner's: it is not generated then.
    """
    found = dict(theirs)
    for path in sorted(theirs.keys() - base.keys()):
        ours = read_file(project.folder / path)
        if ours is None or ours.content == theirs[path].content:
            continue
        if path == project.layout.models and b" import " not in theirs[path].content:
            del found[path]
            continue
        kind = "model" if path.startswith(f"{project.layout.folder}/models/") else "endpoint"
        how = " with `as NAME`" if kind == "endpoint" else ""
        raise Refused(
            f"{path} is a file of yours, and the new {kind} needs one there",
            f"rename yours, or give the {kind} another name{how}",
        )
    return found


def undecided_files(project: Project, generated: Tree) -> Iterator[str]:
    """Yield the generated files of a project that hold conflicts, or lie beside a new version."""
    for path in sorted(generated):
        ours = read_file(project.folder / path)
        if ours is not None and not ours.is_same(generated[path]):
            if CONFLICT.search(ours.content) and not CONFLICT.search(generated[path].content):
                yield path
            if (project.folder / f"{path}{REJECTED}").exists():
                yield f"{path}{REJECTED}"


def moves_of(old: str, new: str, layout: Layout) -> tuple[Move, ...]:
    """Return the files that stand elsewhere when an endpoint takes another name."""
    if old == new:
        return ()
    words = {old: new, f"test_{old}": f"test_{new}"}
    return tuple(Move(path(old), path(new), words) for path in layout.of_endpoint())


def words_of_model(old: str, new: str, layout: Layout) -> dict[str, str]:
    """Return the names in modules that change with the name of a model."""
    before, after = model_module(old), model_module(new)
    return {
        old: new,
        f"example_{before}": f"example_{after}",
        f"find_{before}": f"find_{after}",
        f"{layout.package}.models.{before}": f"{layout.package}.models.{after}",
    }


def _notes(project: Project, changes: Sequence[Change]) -> Iterator[str]:
    if any(change.path == "pyproject.toml" for change in changes):
        lock = project.folder / "uv.lock"
        command = "uv sync" if lock.is_file() else "uv sync, or pip install . --group dev"
        yield f"pyproject.toml has changed; when its dependencies have, run {command}"

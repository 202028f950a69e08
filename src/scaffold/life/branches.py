"""`scaffold resolve`: two branches have changed the endpoints, and git could not merge the lists.

The endpoints of both sides are merged by their names. Then each side of a generated file is brought
to the merged list, as any other operation would do it, and what is left to merge is what the owners
of the two sides have written. Like every command, this leaves git's own state alone.
"""

import subprocess
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffold.check import check
from scaffold.errors import Refused, ScaffoldError, UsageMistake
from scaffold.life.apply import recover
from scaffold.life.files import File, Tree, read_file
from scaffold.life.merge import Change, merge_file
from scaffold.life.operations import Plan
from scaffold.life.sources import source_of
from scaffold.life.state import ANSWERS_FILE, Project, find_folder, project_of, read_project
from scaffold.project import terminable

BASE, OURS, THEIRS = 1, 2, 3
"""The stages under which git keeps the versions of a file that it could not merge."""

Stages = Mapping[int, bytes]


@dataclass(frozen=True)
class Side:
    """One of the merged branches: its project, and what that was generated as."""

    project: Project
    rendered: Tree


def resolve(folder: Path | None = None) -> Plan:
    """Return the plan that decides the conflicts of a merge in generated files.

    Args:
        folder: the project's folder; the current one or the nearest above it when None.

    Raises:
        UsageMistake: git is not merging, or has merged everything.
        Refused: both sides have changed the same answer in two ways.
    """
    with terminable(), ExitStack() as stack:
        found = find_folder(folder)
        recover(found)
        unmerged = _unmerged(found)
        if not unmerged:
            raise UsageMistake("git has no conflict here, so there is none to decide")
        ours, theirs, merged = _projects(found, unmerged.pop(ANSWERS_FILE, {}))
        sources = {
            project.origin: stack.enter_context(source_of(project.origin))
            for project in (ours, theirs, merged)
        }
        check(merged.answers, sources[merged.origin].catalogue)
        mine, other, wanted = (
            Side(project, sources[project.origin].render(project.answers))
            for project in (ours, theirs, merged)
        )
        changes = [
            change
            for path, versions in sorted(unmerged.items())
            if path in mine.rendered or path in other.rendered
            for change in _decided(found, path, versions, mine, other, wanted)
        ]
        listed = read_file(found / ANSWERS_FILE)
        answers = Change(ANSWERS_FILE, listed, wanted.rendered[ANSWERS_FILE])
        missing = [
            Change(path, None, file)
            for path, file in wanted.rendered.items()
            if path not in mine.rendered and path not in other.rendered
            if not (found / path).exists()
        ]
        decided = [
            change for change in (answers, *changes, *missing) if change.before != change.after
        ]
        note = "look at the files, then tell git: git add --all and git commit"
        return Plan(merged, merged.origin, tuple(decided), (note,))


def _decided(
    folder: Path, path: str, versions: Stages, mine: Side, other: Side, wanted: Side
) -> list[Change]:
    """Return what becomes of a generated file that git could not merge."""
    target = wanted.rendered.get(path)
    left, left_conflicts = _brought(path, versions.get(OURS), mine.rendered.get(path), target)
    right, right_conflicts = _brought(path, versions.get(THEIRS), other.rendered.get(path), target)
    if left is None or right is None:
        after, conflict = left or right, False
    else:
        after, conflict = merge_file(path, target, left, right)
    conflict |= left_conflicts or right_conflicts
    return [Change(path, read_file(folder / path), after, edited=True, conflict=conflict)]


def _brought(
    path: str, version: bytes | None, rendered: File | None, target: File | None
) -> tuple[File | None, bool]:
    """Bring one side's file to the merged list; return it and whether conflicts are in it."""
    if version is None:
        return None, False
    return merge_file(path, rendered, File(version), target)


def _projects(folder: Path, stages: Stages) -> tuple[Project, Project, Project]:
    """Return the project as it is on both sides, and as it becomes."""
    if stages:
        base, ours, theirs = (
            project_of(folder, stages[stage]) if stage in stages else None
            for stage in (BASE, OURS, THEIRS)
        )
        if base is None or ours is None or theirs is None:
            raise UsageMistake(f"one side has no {ANSWERS_FILE}, so there is nothing to merge")
        return ours, theirs, _merged_project(base, ours, theirs)
    ours, theirs = (
        project_of(folder, _git(folder, "show", f"{commit}:./{ANSWERS_FILE}"))
        for commit in ("HEAD", _other_side(folder))
    )
    return ours, theirs, read_project(folder)


def _other_side(folder: Path) -> str:
    for name in ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REBASE_HEAD", "REVERT_HEAD"):
        with suppress(ScaffoldError):
            return _git(folder, "rev-parse", "--verify", "--quiet", name).decode().strip()
    raise UsageMistake("git is not merging, so there is nothing to decide")


def _merged_project(base: Project, ours: Project, theirs: Project) -> Project:
    origin = _three_way("the template's version", base.origin, ours.origin, theirs.origin)
    answers = {
        key: _three_way(key, *(side.answers.get(key) for side in (base, ours, theirs)))
        for key in {**ours.answers, **theirs.answers}
        if key != "endpoints"
    }
    return Project(
        ours.folder, {**answers, "endpoints": _merged_endpoints(base, ours, theirs)}, origin
    )


def _merged_endpoints(base: Project, ours: Project, theirs: Project) -> list[dict[str, Any]]:
    """Return the endpoints of both sides by name: ours in their order, then what theirs adds."""
    sides = [{str(e["name"]): e for e in side.endpoints} for side in (base, ours, theirs)]
    merged = {
        name: _three_way(f"endpoint {name}", *(side.get(name) for side in sides))
        for name in [*ours.names(), *theirs.names()]
    }
    return [endpoint for endpoint in merged.values() if endpoint is not None]


def _three_way(what: str, base: Any, ours: Any, theirs: Any) -> Any:
    if ours in (base, theirs):
        return theirs
    if theirs == base:
        return ours
    raise Refused(
        f"both sides have changed {what}",
        "make it the same on both, with `scaffold edit` or `scaffold update`, and merge again",
    )


def _unmerged(folder: Path) -> dict[str, dict[int, bytes]]:
    """Return the files that git could not merge, each with its versions by stage."""
    listed = _git(folder, "ls-files", "--unmerged", "-z").decode(errors="surrogateescape")
    files: dict[str, dict[int, bytes]] = {}
    for entry in listed.split("\0")[:-1]:
        facts, path = entry.split("\t", 1)
        _, blob, stage = facts.split()
        files.setdefault(path, {})[int(stage)] = _git(folder, "cat-file", "blob", blob)
    return files


def _git(folder: Path, *arguments: str) -> bytes:
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode != 0:
        reason = done.stderr.decode(errors="replace").strip()
        raise ScaffoldError(f"git cannot tell what it merges: {reason or 'no reason given'}")
    return done.stdout

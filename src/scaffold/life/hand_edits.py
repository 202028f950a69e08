"""Find out that `.copier-answers.yml` was edited by hand, and say what would have worked.

The file only records what was generated. Editing it generates nothing, and the next operation would
take the edited list for what stands in the project. The project itself tells: a listed endpoint has
neither module nor tests nor a place in the list of routers, or one that is not listed has them; or
the files are what an earlier version of the answers file gives, and not what this one does.
"""

import ast
import hashlib
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from scaffold.errors import Refused, ScaffoldError
from scaffold.life.endpoints import same_endpoint
from scaffold.project.files import Tree, read_file
from scaffold.project.sources import Source, source_of
from scaffold.project.state import (
    ANSWERS_FILE,
    Project,
    model_path,
    project_of,
)
from scaffold.project.syntax import python_tree
from scaffold.spec.lines import format_line, format_model
from scaffold.system import git


def refuse_hand_edits(
    project: Project, source: Source, base: Tree, leaving: Sequence[str] = ()
) -> None:
    """Refuse to go on from an answers file that does not tell what stands in the project.

    Args:
        project: the project, with the answers as they stand there.
        source: the template at its version.
        base: what that generates from those answers.
        leaving: the endpoints that the operation removes, whatever is left of them.

    Raises:
        Refused: with the edit, and the commands that do what it was meant to do.
    """
    found = hand_edits(project, source, base, leaving)
    if found:
        raise Refused(found)


def hand_edits(
    project: Project, source: Source, base: Tree, leaving: Sequence[str] = ()
) -> str | None:
    """Return what was edited by hand, and what to do instead; None where nothing was."""
    steps = [*_listed_only(project, leaving), *_generated_only(project)]
    if not steps and _looks_stale(project, base):
        steps = list(_stale(project, source, base))
    if not steps:
        return None
    what, instead = zip(*steps, strict=True)
    return (
        f"{ANSWERS_FILE} was edited by hand, which generates nothing: {', '.join(what)}; "
        f"put it back as it was (git checkout HEAD -- {ANSWERS_FILE}, if it was not committed "
        f"since), then run: {'; '.join(instead)}"
    )


def routed(project: Project) -> set[str] | None:
    """Return the endpoints in the list of routers, or None where it cannot be read."""
    file = read_file(project.folder / project.layout.routers)
    tree = python_tree(file.content) if file and b"APIRouter" in file.content else None
    if tree is None:
        return None
    return {
        alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        and (node.module, node.level) in ((f"{project.layout.package}.endpoints", 0), (None, 1))
        for alias in node.names
    }


def _listed_only(project: Project, leaving: Sequence[str]) -> Iterator[tuple[str, str]]:
    names = routed(project)
    if names is None:
        return
    for endpoint in project.endpoints:
        name = endpoint["name"]
        paths = _paths(project, name)
        if name in names or name in leaving:
            continue
        if not any((project.folder / path).exists() for path in paths):
            instead = f"scaffold add {_line(endpoint)} (or, if you deleted the files of {name}, "
            yield (
                f"it lists {name}, of which there is no file",
                f"{instead}leave the list as it is and run scaffold remove {shlex.quote(name)})",
            )


def _generated_only(project: Project) -> Iterator[tuple[str, str]]:
    """Yield the endpoints that were listed once; others are modules of the owner's own."""
    left = [
        name
        for name in sorted((routed(project) or set()) - set(project.names()))
        if all((project.folder / path).is_file() for path in _paths(project, name))
    ]
    before = _earlier(project) if left else None
    listed = set(before.project.names()) if before else set()
    for name in left:
        if name in listed:
            yield (
                f"it does not list {name}, whose files are there",
                f"scaffold remove {shlex.quote(name)}",
            )


def _looks_stale(project: Project, base: Tree) -> bool:
    """Say whether so much differs from what was generated that the answers may be to blame."""
    for name in project.names():
        if not any(_is(project, path, base) for path in _paths(project, name)):
            return True
    layout = project.layout
    modules = [f"{layout.folder}/{name}.py" for name in ("main", "middleware")]
    whole = ["pyproject.toml", *modules, layout.routers]
    whole += [model_path(model["name"], layout) for model in project.models]
    return not all(_is(project, path, base) for path in whole if path in base)


def _paths(project: Project, name: str) -> tuple[str, str]:
    """Return where the module and the tests of an endpoint stand."""
    return project.layout.stub(name), project.layout.stub_test(name)


def _is(project: Project, path: str, tree: Tree) -> bool:
    """Say whether a file of the project is that of a render, or is missing in both."""
    ours, generated = read_file(project.folder / path), tree.get(path)
    if ours is None or generated is None:
        return ours is generated
    return ours.is_same(generated)


def _stale(project: Project, source: Source, base: Tree) -> Iterator[tuple[str, str]]:
    """Yield what has changed since the answers from which the project was really generated."""
    before = _earlier(project)
    if before is None:
        return
    try:
        earlier = _rendered_then(before, project, source, base)
    except ScaffoldError:
        return
    changed = [
        path
        for path in (base.keys() | earlier.keys()) - {ANSWERS_FILE}
        if base.get(path) != earlier.get(path)
    ]
    if any(_is(project, path, earlier) for path in changed) and not any(
        _is(project, path, base) for path in changed
    ):
        yield from _differences(before.project, project)


@dataclass(frozen=True)
class Earlier:
    """A project as its answers file described it in an earlier commit."""

    project: Project
    commit: str


def _earlier(project: Project) -> Earlier | None:
    """Return what the newest committed answers describe that are not those of today."""
    folder = project.folder
    commits = git.ask(folder, "rev-list", "--max-count=2", "HEAD", "--", ANSWERS_FILE)
    for commit in commits.text.split():
        recorded = git.ask(folder, "cat-file", "blob", f"{commit}:./{ANSWERS_FILE}")
        try:
            found = project_of(folder, recorded.output)
        except ScaffoldError:
            continue
        if (found.answers, found.origin) != (project.answers, project.origin):
            return Earlier(found, commit)
    return None


def _rendered_then(before: Earlier, project: Project, source: Source, base: Tree) -> Tree:
    """Return what the earlier answers give; or else, what the version that they name does.

    Where files have changed to what the newer version gives, that is of an update.
    """
    then = before.project
    if then.answers != project.answers:
        return source.render(then.answers)
    changed = _changed_since(before.commit, project, base)
    if then.origin.src != project.origin.src or any(_is(project, path, base) for path in changed):
        return base
    with source_of(then.origin, asked=False) as older:
        return older.render(then.answers)


def _changed_since(commit: str, project: Project, base: Tree) -> Iterator[str]:
    """Yield the generated files that are not as they were in a commit."""
    listed = git.ask(project.folder, "ls-tree", "-r", "-z", commit).output
    blobs = dict(entry.split(b"\t", 1)[::-1] for entry in listed.split(b"\0")[:-1])
    for path in base.keys() - {ANSWERS_FILE}:
        ours = read_file(project.folder / path)
        facts = blobs.get(path.encode(), b"").split()
        if ours is not None and _blob(ours.content) not in facts:
            yield path


def _blob(content: bytes) -> bytes:
    """Return the name that git gives to what a file holds."""
    named = hashlib.sha1(b"blob %d\0%b" % (len(content), content), usedforsecurity=False)
    return named.hexdigest().encode()


def _differences(before: Project, after: Project) -> Iterator[tuple[str, str]]:
    old = {endpoint["name"]: endpoint for endpoint in before.endpoints}
    for endpoint in after.endpoints:
        name = endpoint["name"]
        if name in old and not same_endpoint(old[name], endpoint):
            yield f"it changes {name}", f"scaffold edit {shlex.quote(name)} {_line(endpoint)}"
    yield from _model_differences(before, after)
    for key in sorted(before.answers.keys() | after.answers.keys()):
        if key not in ("endpoints", "models") and before.answers.get(key) != after.answers.get(key):
            yield f"it changes {key}", f"scaffold update --data {shlex.quote(key)}=..."
    if before.origin != after.origin:
        version = shlex.quote(after.origin.commit or "")
        yield f"it changes _commit to {version}", f"scaffold update --to {version}"


def _model_differences(before: Project, after: Project) -> Iterator[tuple[str, str]]:
    old, new = ({model["name"]: model for model in side.models} for side in (before, after))
    for name, model in new.items():
        line = shlex.quote(format_model(model))
        if name not in old:
            yield f"it lists the model {name}", f"scaffold add {line}"
        elif old[name]["fields"] != model["fields"]:
            yield f"it changes the model {name}", f"scaffold edit {shlex.quote(name)} {line}"
    for name in old.keys() - new.keys():
        yield f"it does not list the model {name}", f"scaffold remove {shlex.quote(name)}"


def _line(endpoint: dict[str, Any]) -> str:
    try:
        return shlex.quote(format_line(endpoint))
    except (KeyError, TypeError, AttributeError):
        return "LINE"

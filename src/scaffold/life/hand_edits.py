"""Find out that `.copier-answers.yml` was edited by hand, and say what would have worked.

The file only records what was generated. Editing it generates nothing, and the next operation would
take the edited list for what stands in the project. The project itself tells: a listed endpoint has
neither module nor tests nor a place in the list of routers, or one that is not listed has them; or
the files are what an earlier version of the answers file gives, and not what this one does.
"""

import ast
import shlex
import subprocess
from collections.abc import Iterator, Sequence
from typing import Any

from scaffold.errors import Refused, ScaffoldError
from scaffold.life.endpoints import same_endpoint
from scaffold.life.files import Tree, read_file
from scaffold.life.sources import Source
from scaffold.life.state import (
    ANSWERS_FILE,
    ROUTERS_FILE,
    Project,
    parse_answers,
    stub,
    stub_test,
)
from scaffold.life.syntax import python_tree
from scaffold.lines import format_line

SECONDS = 10
"""How long git may look for the earlier answers in a large repository."""


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
    file = read_file(project.folder / ROUTERS_FILE)
    tree = python_tree(file.content) if file and b"APIRouter" in file.content else None
    if tree is None:
        return None
    return {
        alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "app.endpoints"
        for alias in node.names
    }


def _listed_only(project: Project, leaving: Sequence[str]) -> Iterator[tuple[str, str]]:
    names = routed(project)
    if names is None:
        return
    for endpoint in project.endpoints:
        name = endpoint["name"]
        paths = (stub(name), stub_test(name))
        if name in names or name in leaving:
            continue
        if not any((project.folder / path).exists() for path in paths):
            instead = f"scaffold add {_line(endpoint)} (or, if you deleted the files of {name}, "
            yield (
                f"it lists {name}, of which there is no file",
                f"{instead}leave the list as it is and run scaffold remove {name})",
            )


def _generated_only(project: Project) -> Iterator[tuple[str, str]]:
    """Yield the endpoints that were listed once; others are modules of the owner's own."""
    left = [
        name
        for name in sorted((routed(project) or set()) - set(project.names()))
        if all((project.folder / path).is_file() for path in (stub(name), stub_test(name)))
    ]
    before = _earlier_answers(project) if left else None
    listed = {endpoint["name"] for endpoint in before["endpoints"]} if before else set()
    for name in left:
        if name in listed:
            yield f"it does not list {name}, whose files are there", f"scaffold remove {name}"


def _looks_stale(project: Project, base: Tree) -> bool:
    """Say whether so much differs from what was generated that the answers may be to blame."""
    for name in project.names():
        if not any(_is(project, path, base) for path in (stub(name), stub_test(name))):
            return True
    whole = ("pyproject.toml", "app/main.py", "app/middleware.py", ROUTERS_FILE)
    return not all(_is(project, path, base) for path in whole if path in base)


def _is(project: Project, path: str, tree: Tree) -> bool:
    """Say whether a file of the project is that of a render, or is missing in both."""
    ours, generated = read_file(project.folder / path), tree.get(path)
    if ours is None or generated is None:
        return ours is generated
    return ours.is_same(generated)


def _stale(project: Project, source: Source, base: Tree) -> Iterator[tuple[str, str]]:
    """Yield what has changed since the answers from which the project was really generated."""
    before = _earlier_answers(project)
    if before is None:
        return
    try:
        earlier = source.render(before)
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
        yield from _differences(before, project.answers)


def _earlier_answers(project: Project) -> dict[str, Any] | None:
    """Return the newest committed answers that are not those of today."""
    log = _git(project, "log", "-2", "--format=%H", "--", ANSWERS_FILE)
    for commit in log.split():
        text = _git(project, "show", f"{commit}:./{ANSWERS_FILE}")
        try:
            recorded = parse_answers(text.encode())
        except ScaffoldError:
            continue
        answers = {key: value for key, value in recorded.items() if not key.startswith("_")}
        if answers != project.answers and isinstance(answers.get("endpoints"), list):
            return answers
    return None


def _differences(before: dict[str, Any], after: dict[str, Any]) -> Iterator[tuple[str, str]]:
    old = {endpoint["name"]: endpoint for endpoint in before["endpoints"]}
    for endpoint in after["endpoints"]:
        name = endpoint["name"]
        if name in old and not same_endpoint(old[name], endpoint):
            yield f"it changes {name}", f"scaffold edit {name} {_line(endpoint)}"
    for key in sorted(before.keys() | after.keys()):
        if key != "endpoints" and before.get(key) != after.get(key):
            yield f"it changes {key}", f"scaffold update --data {key}=..."


def _line(endpoint: dict[str, Any]) -> str:
    try:
        return shlex.quote(format_line(endpoint))
    except (KeyError, TypeError, AttributeError):
        return "LINE"


def _git(project: Project, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(project.folder), *arguments],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout if done.returncode == 0 else ""

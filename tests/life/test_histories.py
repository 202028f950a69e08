"""Whatever its owner has done to a project, no command loses a line of it.

Every history of `histories` meets every operation. Afterwards each line that the owner has written
stands in the project, or the command has refused and changed nothing; and conflicts are marked,
reported, and told by the exit status. In the default run each history meets one of the operations,
and each operation as many histories as the others.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from scaffold.project.files import Tree
from scaffold.project.sources import WithCopier
from scaffold.project.state import CONFLICT, read_project
from scaffold.system.paths import STAGE
from tests.life.conftest import run
from tests.life.histories import HISTORIES, MIGRATION
from tests.life.projects import tree
from tests.programs import git

pytestmark = pytest.mark.apart

OPERATIONS = {
    "add": ["add", "GET /report msgpack cookie-set(name=seen) as get_report"],
    "remove": ["remove", "get_post"],
    "rename": ["rename", "get_post", "show_post"],
    "edit": [
        "edit",
        "get_post",
        "GET /articles/{post_id:int} json-model(model=Post) cache-control(directives=no-store)",
    ],
    "update": ["update", "--to", "v0.2.0"],
}
ON_ROWS = {
    "a column more": ["edit", "Note", "model Note(id=int, title=str, at='datetime | None')"],
    "another type": ["edit", "Note", "model Note(id=int, title='str(max_length=99)')"],
    "another name": ["rename", "Note", "Memo"],
    "an endpoint of another name": ["rename", "get_note", "read_note"],
    "an endpoint less": ["remove", "export_notes"],
    "nothing": ["remove", "notes"],
}
"""What becomes of a table; an edited one is not removed without force."""

RENAMED = {b"show_post": b"get_post", b"ShowPost": b"GetPost"}
"""What `rename` changes inside of lines, and the words before."""


def lines(files: Tree) -> Counter[bytes]:
    """Return the lines of all files, under the names of before a rename, without indentation."""
    found: Counter[bytes] = Counter()
    for file in files.values():
        for line in file.content.splitlines():
            for new, old in RENAMED.items():
                line = line.replace(new, old)
            found[line.strip()] += 1
    return found


def words(files: Tree) -> Counter[bytes]:
    """Return the words of all files, under the names of before a rename."""
    return Counter(word for line in lines(files).elements() for word in re.findall(rb"\w+", line))


def lost_lines(generated: Tree, before: Tree, after: Tree) -> list[bytes]:
    """Return the lines that an owner had written and that are nowhere in the project any more.

    A line in which both have changed something is another one, with the words of its owner.

    Args:
        generated: the project as it was generated.
        before: the project with its owner's edits.
        after: what the command has made of it.
    """
    edited, found = lines(before) - lines(generated), lines(after)
    lost = [line for line in edited if line and line not in found]
    if not lost:
        return []
    known, had, has = words(generated), words(before), words(after)
    kept = {word for word in had if word not in known and has[word] >= had[word]}
    own = {line: set(re.findall(rb"\w+", line)) - set(known) for line in lost}
    return [line for line in lost if not own[line] or not own[line] <= kept]


def marked(files: Mapping[str, object], folder: Path) -> set[str]:
    """Return the files that hold conflict markers, or a version that could not be merged."""
    paths = {path for path in files if CONFLICT.search((folder / path).read_bytes())}
    return paths | {path for path in files if path.endswith(".rej")}


def git_state(folder: Path) -> list[str]:
    """Return what git keeps of a project, which no command may touch."""
    if not (folder / ".git").exists():
        return []
    return [
        git(folder, "rev-parse", "HEAD"),
        git(folder, "diff", "--cached"),
        git(folder, "branch", "--list"),
        git(folder, "stash", "list"),
    ]


def met() -> Iterator[Any]:
    """Yield each history with each operation."""
    for turn, history in enumerate(HISTORIES):
        for number, operation in enumerate(OPERATIONS):
            by_default = (number - turn) % len(OPERATIONS) == 0
            yield pytest.param(history, operation, marks=[] if by_default else pytest.mark.full)


@pytest.mark.parametrize(("history", "operation"), [*met()])
def test_no_edited_line_is_lost(
    history: str, operation: str, project: Path, versions: dict[str, Path]
) -> None:
    folder = HISTORIES[history](project) or project
    after = assert_no_line_is_lost(folder, OPERATIONS[operation], versions)
    if operation in ("add", "edit", "update") and after is not None:
        again = run(*OPERATIONS[operation], "--project", folder, "--json")
        assert again.status == 0, again.stderr
        assert again.json()["files"] == []
        assert tree(folder) == after


@pytest.mark.parametrize("operation", ON_ROWS)
def test_no_edited_line_of_a_table_is_lost(
    operation: str, project: Path, versions: dict[str, Path]
) -> None:
    """Nor a migration, which is never written over."""
    HISTORIES["rows"](project)
    migration = (project / MIGRATION).read_bytes()
    assert_no_line_is_lost(project, ON_ROWS[operation], versions)
    assert [path.name for path in (project / MIGRATION).parent.glob("*.py")] == ["0001_first.py"]
    assert (project / MIGRATION).read_bytes() == migration


def test_a_migration_outlives_its_table(project: Path) -> None:
    """Also where edited modules are removed by force: databases are at its revision."""
    HISTORIES["rows"](project)
    migration = (project / MIGRATION).read_bytes()
    assert run("remove", "notes", "--force").status == 0
    assert (project / MIGRATION).read_bytes() == migration
    assert not (project / "app/resources").exists()


def assert_no_line_is_lost(
    folder: Path, command: list[str], versions: dict[str, Path]
) -> Tree | None:
    """Check what a command leaves; return it, unless it has refused or there are conflicts."""
    listed = read_project(folder)
    generated = WithCopier(next(iter(versions.values())), listed.origin).render(listed.answers)
    before, in_git = tree(folder), git_state(folder)
    marked_before = marked(before, folder)

    done = run(*command, "--project", folder, "--json")

    after = tree(folder)
    assert git_state(folder) == in_git
    assert not list(folder.glob(f"{STAGE}*"))
    if done.status == 4:
        assert after == before
        assert done.stderr.startswith("error: ")
        return None
    assert lost_lines(generated, before, after) == []
    conflicts = marked(after, folder) - marked_before
    assert done.status in (0, 3), done.stderr
    assert set(done.json()["conflicts"]) == conflicts
    assert done.status == (3 if conflicts else 0), done.stderr
    return None if conflicts else after


def test_the_table_is_as_large_as_it_says() -> None:
    """The number is told in docs/lifecycle.md."""
    assert (len(HISTORIES), len(OPERATIONS)) == (48, 5)


def test_a_lost_line_is_found(project: Path) -> None:
    """The check itself can fail."""
    generated = tree(project)
    stub = project / "app/endpoints/get_post.py"
    stub.write_text(stub.read_text() + "# mine\n")
    before = tree(project)
    stub.unlink()
    assert lost_lines(generated, before, tree(project)) == [b"# mine"]

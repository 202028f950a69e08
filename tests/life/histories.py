"""What owners do to a project before they run the next command: one function for each history.

Each takes the folder of a committed project of `conftest.ANSWERS` and returns the folder in which
the project stands afterwards. A line that an owner writes holds the word `mine`.
"""

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from subprocess import CalledProcessError

from tests.life.conftest import replace, run
from tests.programs import commit, git

STUB = "app/endpoints/get_post.py"
TABLE = "app/resources/notes.py"
MIGRATION = "migrations/versions/0001_first.py"
TEST = "tests/endpoints/test_get_post.py"
ROUTERS = "app/endpoints/__init__.py"

History = Callable[[Path], Path | None]
HISTORIES: dict[str, History] = {}


def history(arrange: History) -> History:
    """Add a history to the table, under the name of its function."""
    HISTORIES[arrange.__name__] = arrange
    return arrange


def prepend(path: Path, text: str) -> None:
    """Write text above everything in a file."""
    path.write_bytes(text.encode() + path.read_bytes())


def append(path: Path, text: str) -> None:
    """Write text below everything in a file."""
    path.write_bytes(path.read_bytes() + text.encode())


def to_crlf(folder: Path) -> None:
    """Give every file the line ends of Windows."""
    for path in folder.rglob("*"):
        if path.is_file() and ".git" not in path.parts:
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


@history
def untouched(folder: Path) -> None:
    """Nothing was edited."""


@history
def stub_body_edited(folder: Path) -> None:
    """The endpoint answers with something of its own."""
    replace(folder / STUB, "    return Post", "    mine = post_id\n    return Post")


@history
def return_line_edited(folder: Path) -> None:
    """The generated answer was replaced."""
    replace(folder / STUB, 'title="example"', 'title="mine"')


@history
def signature_edited(folder: Path) -> None:
    """The endpoint takes another parameter."""
    replace(folder / STUB, "post_id: int", "post_id: int, mine: bool = False")


@history
def decorator_edited(folder: Path) -> None:
    """The operation has a tag."""
    replace(
        folder / STUB,
        '@router.get("/posts/{post_id}", ',
        '@router.get("/posts/{post_id}", tags=["mine"], ',
    )


@history
def docstring_edited(folder: Path) -> None:
    """The line that the second version of the template changes."""
    replace(folder / STUB, '    """What `get_post` answers', '    """Mine: what `get_post` answers')


@history
def written_above(folder: Path) -> None:
    """Comments and imports stand above the stub."""
    prepend(folder / STUB, "# mine: a licence\n")
    replace(folder / STUB, "from fastapi import", "import secrets as mine\n\nfrom fastapi import")


@history
def written_below(folder: Path) -> None:
    """Functions stand below the stub, and use it."""
    append(folder / STUB, "\n\ndef mine() -> str:\n    return get_post.__name__  # mine\n")


@history
def stub_replaced(folder: Path) -> None:
    """Nothing of what was generated is left in the stub."""
    text = "from fastapi import APIRouter\n\nrouter = APIRouter()\nmine = 1\n"
    (folder / STUB).write_text(text)


@history
def stub_emptied(folder: Path) -> None:
    """The stub is there and holds nothing."""
    (folder / STUB).write_text("")


@history
def last_line_end_removed(folder: Path) -> None:
    """An editor has not ended the last line."""
    path = folder / STUB
    path.write_bytes(path.read_bytes() + b"# mine, without an end")


@history
def other_encoding(folder: Path) -> None:
    """The stub is not UTF-8."""
    path = folder / STUB
    path.write_bytes(path.read_bytes() + b"# mine: caf\xe9\n")


@history
def binary_stub(folder: Path) -> None:
    """The stub is no text at all."""
    (folder / STUB).write_bytes(b"mine\0mine\n")


@history
def test_edited(folder: Path) -> None:
    """A test was added and a generated one changed."""
    append(folder / TEST, "\n\ndef test_mine(response: Response) -> None:\n    assert response\n")
    replace(folder / TEST, "/posts/1", "/posts/2?mine")


@history
def neighbour_edited(folder: Path) -> None:
    """Another endpoint was edited."""
    append(folder / "app/endpoints/list_posts.py", "\n# mine\n")


@history
def stub_deleted(folder: Path) -> None:
    """The stub was deleted, but is still listed."""
    (folder / STUB).unlink()


@history
def tests_deleted(folder: Path) -> None:
    """The tests of the endpoint were deleted."""
    (folder / TEST).unlink()


@history
def stub_and_tests_deleted(folder: Path) -> None:
    """Both were deleted, but the endpoint is still listed."""
    (folder / STUB).unlink()
    (folder / TEST).unlink()


@history
def all_tests_deleted(folder: Path) -> None:
    """Somebody tests in another place."""
    shutil.rmtree(folder / "tests")


@history
def toolkit_edited(folder: Path) -> None:
    """A toolkit module was edited."""
    append(folder / "app/http/caching.py", "\nmine = 1\n")


@history
def toolkit_deleted(folder: Path) -> None:
    """A toolkit module was deleted."""
    (folder / "app/http/caching.py").unlink()


@history
def stub_renamed_by_hand(folder: Path) -> None:
    """The stub has another name, which the answers file does not know."""
    (folder / STUB).rename(folder / "app/endpoints/mine.py")
    text = (folder / ROUTERS).read_text().replace("get_post", "mine")
    (folder / ROUTERS).write_text(text)
    append(folder / "app/endpoints/mine.py", "# mine\n")


@history
def own_file_of_the_new_name(folder: Path) -> None:
    """Files stand already where the next endpoint belongs, and where the second version has one."""
    for name in ("get_report", "show_post"):
        (folder / f"app/endpoints/{name}.py").write_text(f"mine = '{name}'\n")
    (folder / "SECURITY.md").write_text("Write to mine@example.com.\n")


@history
def own_modules(folder: Path) -> None:
    """There are modules and tests that nobody generated."""
    (folder / "app/mine.py").write_text("mine = 1\n")
    (folder / "app/endpoints/mine.py").write_text("mine = 1\n")
    (folder / "tests/endpoints/test_mine.py").write_text("mine = 1\n")


@history
def main_edited(folder: Path) -> None:
    """The application has a router of its own."""
    main = folder / "app/main.py"
    replace(main, "    return app", "    app.include_router(mine)\n    return app")


@history
def routers_edited(folder: Path) -> None:
    """The generated list of routers was edited."""
    replace(folder / ROUTERS, "[export.router", "[mine.router, export.router")


@history
def own_dependencies(folder: Path) -> None:
    """The project has dependencies beside the generated ones."""
    path = folder / "pyproject.toml"
    replace(path, '  "fastapi>', '  "mine>=1",\n  "fastapi>')
    replace(path, '  "uvicorn>=0.50",\n', '  "uvicorn>=0.50",\n  "zz-mine>=1",\n')


@history
def dependency_pinned(folder: Path) -> None:
    """A generated dependency has another version, which the next one of the template changes."""
    replace(folder / "pyproject.toml", '"uvicorn>=0.50"', '"uvicorn==0.50.1"  # mine')


@history
def own_settings_of_tools(folder: Path) -> None:
    """Tools are configured in another way."""
    append(folder / "pyproject.toml", "\n[tool.mine]\nmine = true\n")
    replace(folder / "pyproject.toml", "line-length = 100", "line-length = 90 # mine")


@history
def readme_edited(folder: Path) -> None:
    """The README has text of its own, also where the template changes it."""
    prepend(folder / "README.md", "# Mine\n\n")
    replace(folder / "README.md", "## Deploy\n", "## Deploy (mine)\n")
    append(folder / "README.md", "| `GET /mine` | mine | mine |\n")


@history
def answers_commented(folder: Path) -> None:
    """The answers file has a comment."""
    replace(folder / ".copier-answers.yml", "endpoints:", "# mine\nendpoints:")


@history
def generated_file_dropped(folder: Path) -> None:
    """A file that the second version drops was edited."""
    append(folder / ".dockerignore", "mine\n")


@history
def windows_lines(folder: Path) -> None:
    """Every line ends as on Windows."""
    to_crlf(folder)


@history
def windows_lines_edited(folder: Path) -> None:
    """The same, and there are edits."""
    stub_body_edited(folder)
    readme_edited(folder)
    own_dependencies(folder)
    to_crlf(folder)


@history
def mixed_lines(folder: Path) -> None:
    """A few lines of the stub end as on Windows."""
    append(folder / STUB, "# mine\r\n# mine too\r\n")


@history
def symbolic_link(folder: Path) -> None:
    """The stub is a link to a file that is kept elsewhere."""
    (folder / STUB).rename(folder / "mine.py")
    (folder / STUB).symlink_to("../../mine.py")


@history
def rows(folder: Path) -> None:
    """There is a table, with a query, a migration and an answer of the owner's."""
    added = run("add", "resource /notes Note(title=str) unique(title)", "--project", folder)
    assert added.status == 0, added.stderr
    replace(
        folder / TABLE, "    row = NoteRow(title=new.title)", "    row = NoteRow(title=mine(new))"
    )
    append(folder / TABLE, "\n\ndef mine(new: NewNote) -> str:\n    return new.title.strip()\n")
    replace(
        folder / "app/endpoints/get_note.py",
        "        return row",
        "        # mine\n        return row",
    )
    (folder / MIGRATION).write_text("# mine: the first revision\n")
    commit(folder)


@history
def rows_that_have_changed(folder: Path) -> None:
    """The table has a column more since, which no migration brings yet."""
    rows(folder)
    edited = run("edit", "Note", "model Note(id=int, title=str, at='datetime | None')")
    assert edited.status == 0, edited.stderr
    replace(
        folder / TABLE, "    at: Mapped[datetime | None]", "    at: Mapped[datetime | None]  # mine"
    )


@history
def read_only(folder: Path) -> None:
    """Files may not be written to."""
    append(folder / STUB, "# mine\n")
    for path in (STUB, ROUTERS, "README.md"):
        (folder / path).chmod(0o444)


@history
def executable(folder: Path) -> None:
    """A file may be run."""
    prepend(folder / STUB, "#!/usr/bin/env mine\n")
    (folder / STUB).chmod(0o755)


@history
def monorepo(folder: Path) -> Path:
    """The project is a folder of a larger repository."""
    shutil.rmtree(folder / ".git")
    root = folder.parent / "monorepo"
    (root / "services").mkdir(parents=True)
    moved = folder.rename(root / "services" / "service")
    git(root, "init", "-q")
    stub_body_edited(moved)
    commit(root)
    return moved


@history
def worktree(folder: Path) -> Path:
    """The project is a linked worktree."""
    other = folder.parent / "worktree"
    git(folder, "worktree", "add", "-q", "-b", "other", str(other))
    stub_body_edited(other)
    return other


@history
def dirty(folder: Path) -> None:
    """Edits are staged, not staged, and not even known to git."""
    stub_body_edited(folder)
    git(folder, "add", "-A")
    append(folder / STUB, "# mine, later\n")
    (folder / "notes.txt").write_text("mine\n")


@history
def no_git(folder: Path) -> None:
    """There is no repository."""
    shutil.rmtree(folder / ".git")
    stub_body_edited(folder)


@history
def detached_head(folder: Path) -> None:
    """No branch is checked out."""
    stub_body_edited(folder)
    commit(folder)
    git(folder, "checkout", "-q", "--detach")


@history
def two_branches(folder: Path) -> None:
    """Two branches have added an endpoint each and were merged."""
    for branch in ("one", "two"):
        git(folder, "checkout", "-q", "-b", branch, "main")
        assert run("add", f"GET /{branch} plain-text as {branch}").status == 0
        append(folder / f"app/endpoints/{branch}.py", f"# mine: {branch}\n")
        prepend(folder / "README.md", f"Mine: {branch}.\n\n") if branch == "one" else None
        commit(folder)
    with suppress(CalledProcessError):
        git(folder, "merge", "-q", "one")
    resolved = run("resolve")
    assert resolved.status == 0, resolved.stderr
    commit(folder)


@history
def conflicts_left(folder: Path) -> None:
    """Conflicts of an earlier update are still in the stub."""
    text = "<<<<<<< before updating\nmine\n=======\nother\n>>>>>>> after updating\n"
    append(folder / STUB, text)


@history
def reformatted(folder: Path) -> None:
    """Another formatter indents in another way."""
    text = (folder / STUB).read_text().replace("    ", "  ")
    (folder / STUB).write_text(text + "# mine\n")

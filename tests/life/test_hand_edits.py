"""An answers file that was edited by hand is noticed, and the way that works is told."""

from pathlib import Path

import pytest

from tests.life.conftest import replace, run
from tests.life.histories import STUB, append
from tests.life.projects import tree
from tests.programs import commit

ANSWERS = ".copier-answers.yml"
ADDED = "- name: hello\n  method: GET\n  path: /hello\n  response: plain-text\n"
EXPORT = "- name: export\n  method: GET\n  path: /posts.csv\n  response: csv-stream\n"


def add(project: Path) -> None:
    """List an endpoint."""
    append(project / ANSWERS, ADDED)


def remove(project: Path) -> None:
    """Take one off the list."""
    replace(project / ANSWERS, EXPORT, "")


def change(project: Path) -> None:
    """Change the path of one."""
    replace(project / ANSWERS, "/posts/{post_id:int}", "/articles/{post_id:int}")


def change_description(project: Path) -> None:
    """Change another answer."""
    replace(project / ANSWERS, "description: A service.", "description: Another one.")


EDITS = {
    add: "scaffold add 'GET /hello plain-text as hello'",
    remove: "scaffold remove export",
    change: "scaffold edit get_post 'GET /articles/{post_id:int}",
    change_description: "scaffold update --data description=...",
}


@pytest.mark.parametrize("committed", [False, True])
@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_a_hand_edit_is_explained(project: Path, edit: object, committed: bool) -> None:
    assert callable(edit)
    edit(project)
    if committed:
        commit(project)
    before = tree(project)
    for command in (["add", "GET /x plain-text"], ["update"]):
        done = run(*command)
        assert done.status == 4
        assert ".copier-answers.yml was edited by hand, which generates nothing" in done.stderr
        assert EDITS[edit] in done.stderr  # type: ignore[index]
    assert tree(project) == before
    listed = run("list")
    assert listed.status == 0
    assert f"{EDITS[edit]}" in listed.stderr  # type: ignore[index]


def test_what_the_command_has_written_is_no_hand_edit(project: Path) -> None:
    """Neither before a commit nor after it, and whatever else its owner has edited."""
    append(project / STUB, "# mine\n")
    append(project / "tests/endpoints/test_get_post.py", "# mine\n")
    assert run("edit", "get_post", "GET /a/{post_id:int} json-model(model=Post)").status == 0
    assert run("list").stderr == ""
    commit(project)
    assert run("add", "GET /x plain-text").status == 0
    commit(project)
    assert run("list").stderr == ""
    assert run("update", "--data", "description=Other").status == 0
    assert run("list").stderr == ""


def test_a_module_that_the_owner_routes_is_no_hand_edit(project: Path) -> None:
    """With tests, as if it had been generated."""
    for path in ("app/endpoints/mine.py", "tests/endpoints/test_mine.py"):
        (project / path).write_text("mine = 1\n")
    routers = project / "app/endpoints/__init__.py"
    routers.write_text(routers.read_text().replace("list_posts", "list_posts, mine", 1))
    commit(project)
    assert run("list").stderr == ""
    assert run("add", "GET /x plain-text").status in (0, 3)


def test_an_endpoint_whose_files_were_deleted_can_be_removed(project: Path) -> None:
    """Its owner has deleted everything of it but the place in the answers file."""
    run("remove", "export")
    append(project / ANSWERS, EXPORT)
    assert run("add", "GET /x plain-text").status == 4
    assert run("remove", "export").status == 0
    assert run("add", "GET /x plain-text").status == 0

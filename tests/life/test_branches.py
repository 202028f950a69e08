"""Two branches that both changed the endpoints are merged, with the edits of both."""

from contextlib import suppress
from pathlib import Path
from subprocess import CalledProcessError

import yaml

from tests.life.conftest import replace, run
from tests.life.histories import ROUTERS, STUB, append
from tests.life.test_histories import tree
from tests.test_plain_copier import commit, git


def on_branch(project: Path, branch: str, *command: str) -> None:
    """Run a command on a new branch."""
    git(project, "checkout", "-q", "-b", branch, "main")
    done = run(*command)
    assert done.status == 0, done.stderr
    commit(project)


def merge(project: Path, branch: str) -> list[str]:
    """Merge a branch into the current one; return the files that git could not merge."""
    with suppress(CalledProcessError):
        git(project, "merge", "-q", branch)
    return git(project, "diff", "--name-only", "--diff-filter=U").split()


def test_both_endpoints_are_there(project: Path) -> None:
    on_branch(project, "one", "add", "GET /one msgpack as one")
    on_branch(project, "two", "add", "GET /two xml as two")
    assert ".copier-answers.yml" in merge(project, "one")
    assert run("add", "GET /x plain-text").status == 4

    done = run("resolve", "--json")

    assert (done.status, done.json()["conflicts"]) == (0, [])
    answers = yaml.safe_load((project / ".copier-answers.yml").read_text())
    names = [endpoint["name"] for endpoint in answers["endpoints"]]
    assert names == ["get_post", "list_posts", "export", "two", "one"]
    assert "import export, get_post, list_posts, one, two\n" in (project / ROUTERS).read_text()
    assert "msgpack" in (project / "pyproject.toml").read_text()
    commit(project)
    assert run("list").stderr == ""
    assert {item["module"] for item in run("list", "--json").json()["endpoints"]} == {"generated"}
    assert run("remove", "one").status == 0


def test_the_edits_of_both_sides_stay(project: Path) -> None:
    on_branch(project, "one", "edit", "get_post", "GET /a/{post_id:int} json-model(model=Post)")
    append(project / STUB, "# mine\n")
    append(project / "README.md", "\nMine.\n")
    commit(project)
    on_branch(project, "two", "add", "GET /two plain-text as two")
    append(project / "README.md", "\nMine, too.\n")
    replace(project / ROUTERS, '"""\n', '"""\n\n# mine\n')
    commit(project)
    merge(project, "one")
    done = run("resolve", "--json")
    text = (project / "README.md").read_text()
    assert "\nMine.\n" in text
    assert "\nMine, too.\n" in text
    assert done.json()["conflicts"] == ["README.md"]
    assert done.status == 3
    assert "# mine\n" in (project / STUB).read_text()


def test_one_side_removes_what_the_other_leaves(project: Path) -> None:
    on_branch(project, "one", "remove", "export")
    on_branch(project, "two", "add", "GET /two plain-text as two")
    merge(project, "one")
    assert run("resolve").status == 0
    assert not (project / "app/endpoints/export.py").exists()
    assert [item["endpoint"]["name"] for item in run("list", "--json").json()["endpoints"]] == [
        "get_post",
        "list_posts",
        "two",
    ]


def test_two_changes_of_one_endpoint_are_for_people(project: Path) -> None:
    for branch in ("one", "two"):
        line = f"GET /{branch}/{{post_id:int}} json-model(model=Post)"
        on_branch(project, branch, "edit", "get_post", line)
    merge(project, "one")
    before = tree(project)
    done = run("resolve")
    assert done.status == 4
    assert "both sides have changed endpoint get_post; make it the same on both" in done.stderr
    assert tree(project) == before


def test_there_must_be_a_conflict(project: Path) -> None:
    done = run("resolve")
    assert done.status == 2
    assert "git has no conflict here" in done.stderr


def test_a_file_of_the_owner_is_left_to_the_owner(project: Path) -> None:
    for branch in ("one", "two"):
        git(project, "checkout", "-q", "-b", branch, "main")
        (project / "NOTES.md").write_text(branch)
        commit(project)
    merge(project, "one")
    before = tree(project)
    assert run("resolve").status == 0
    assert tree(project) == before

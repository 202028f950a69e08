"""Two branches that both changed the endpoints are merged, with the edits of both."""

import re
from pathlib import Path
from subprocess import CalledProcessError

import pytest
import yaml

from scaffold.template.origin import Origin
from scaffold.template.renderer import Template
from tests.life.conftest import replace, run
from tests.life.histories import ROUTERS, STUB, TEST, append
from tests.life.projects import merge, on_branch, tree
from tests.programs import commit, git
from tests.sampling import some


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
    assert "both sides have changed get_post: ours to GET /two/{post_id:int}" in done.stderr
    assert "as in scaffold resolve --ours get_post" in done.stderr
    assert tree(project) == before
    assert run("resolve", "--theirs", "get_post").status == 0
    assert '@router.get("/one/{post_id}"' in (project / STUB).read_text()
    commit(project)
    assert run("list").stderr == ""


@pytest.mark.parametrize("wanted", ["json-direct(model=Item) x-robots-tag", "xml", "plain-text"])
def test_a_model_that_becomes_listed_is_no_change_of_who_declares_it(
    project: Path, wanted: str
) -> None:
    """Both endpoints name it from then on; what somebody else makes of the first one stays."""
    on_branch(project, "one", "edit", "list_posts", f"GET /posts {wanted}")
    on_branch(project, "two", "add", "GET /two json-model(model=Item) as two")
    assert "from app.models.item" in (project / "app/endpoints/list_posts.py").read_text()
    merge(project, "one")
    done = run("resolve")
    assert done.status == 0, done.stderr
    [line] = [each for each in run("list").stdout.splitlines() if "list_posts" in each]
    assert wanted.split("(")[0] in line
    assert (project / "app/models/item.py").is_file()
    commit(project)
    assert run("list").stderr == ""


def test_there_must_be_a_merge(project: Path) -> None:
    done = run("resolve")
    assert done.status == 2
    assert "git has merged nothing here; use this in the middle of a merge" in done.stderr


def test_a_file_of_the_owner_is_left_to_the_owner(project: Path) -> None:
    for branch in ("one", "two"):
        git(project, "checkout", "-q", "-b", branch, "main")
        (project / "NOTES.md").write_text(branch)
        commit(project)
    merge(project, "one")
    before = tree(project)
    assert run("resolve").status == 0
    assert tree(project) == before


@pytest.fixture
def chosen(project: Path, versions: dict[str, Path], origin: Origin) -> Path:
    """Return a project that records the choices from which its endpoints were made."""
    git(project, "rm", "-rq", ".")
    choices = {"application_patterns": ["request-id"], "response_patterns": ["json-model"]}
    given = {**origin.data(), "project_name": "service", **choices}
    Template(next(iter(versions.values()))).write(project, given)
    answers = project / ".copier-answers.yml"
    replace(answers, "endpoints:", "# mine: endpoints\nendpoints:")
    append(answers, "# mine: the end\n")
    commit(project)
    return project


def test_recorded_choices_and_comments_outlive_merges(chosen: Path) -> None:
    answers = chosen / ".copier-answers.yml"
    for number in (1, 2, 3):
        base = git(chosen, "rev-parse", "HEAD")
        for branch in ("one", "two"):
            name = f"{branch}{number}"
            git(chosen, "checkout", "-q", "-b", name, base)
            assert run("add", f"GET /{name} plain-text as {name}").status == 0
            if branch == "one":
                append(answers, f"# mine: {name}\n")
            commit(chosen)
        merge(chosen, f"one{number}")
        done = run("resolve")
        assert done.status == 0, done.stderr
        commit(chosen)
    text = answers.read_text()
    recorded = yaml.safe_load(text)
    assert recorded["application_patterns"] == ["request-id"]
    assert recorded["application"] == ["request-id"]
    assert len(recorded["endpoints"]) == 7
    for comment in ("endpoints", "the end", "one1", "one2", "one3"):
        assert f"# mine: {comment}\n" in text


def diverged(project: Path, one: list[str], two: list[str]) -> None:
    """Run a command on each of two branches, and merge the first into the second."""
    on_branch(project, "one", *one)
    on_branch(project, "two", *two)
    merge(project, "one")


EDIT = ["edit", "get_post", "GET /posts/{post_id:int} json-model(model=Post) content-language"]


@pytest.mark.parametrize("edited", ["endpoint", "stub", "tests"])
@pytest.mark.parametrize("wins", ["ours", "theirs"])
def test_what_one_side_removes_and_the_other_edits_is_asked_for(
    project: Path, edited: str, wins: str
) -> None:
    on_branch(project, "one", "remove", "get_post")
    git(project, "checkout", "-q", "-b", "two", "main")
    assert run("add", "GET /two plain-text as two").status == 0
    if edited == "endpoint":
        assert run(*EDIT).status == 0
    else:
        append(project / (STUB if edited == "stub" else TEST), "# mine\n")
    commit(project)
    merge(project, "one")
    before = tree(project)
    done = run("resolve")
    assert done.status == 4
    assert "theirs has removed get_post, and ours has changed it" in done.stderr
    assert tree(project) == before
    assert run("resolve", f"--{wins}", "get_post").status == 0
    commit(project)
    listed = run("list", "--json").json()
    names = [item["endpoint"]["name"] for item in listed["endpoints"]]
    assert ("get_post" in names) == (project / STUB).exists() == (wins == "ours")
    assert listed["notes"] == []


def test_two_names_for_one_endpoint_are_asked_for(project: Path) -> None:
    diverged(project, ["rename", "get_post", "one_post"], ["rename", "get_post", "two_post"])
    done = run("resolve")
    assert done.status == 4
    assert "both sides have changed get_post: ours to GET" in done.stderr
    assert run("resolve", "--theirs", "get_post").status == 0
    commit(project)
    names = [item["endpoint"]["name"] for item in run("list", "--json").json()["endpoints"]]
    assert names == ["one_post", "list_posts", "export"]
    assert not (project / "app/endpoints/two_post.py").exists()


def test_a_rename_meets_an_edit_and_lines_of_the_owner(project: Path) -> None:
    on_branch(project, "one", "rename", "get_post", "one_post")
    append(project / "app/endpoints/one_post.py", "# mine: one\n")
    commit(project)
    on_branch(project, "two", *EDIT)
    append(project / TEST, "\n\n# mine: two\n")
    commit(project)
    merge(project, "one")
    done = run("resolve")
    assert done.status == 0, done.stderr
    commit(project)
    stub = (project / "app/endpoints/one_post.py").read_text()
    assert "# mine: one\n" in stub
    assert "async def one_post(" in stub
    assert "content_language" in stub
    tests = (project / "tests/endpoints/test_one_post.py").read_text()
    assert tests.endswith("# mine: two\n")
    assert "get_post" not in tests + stub
    assert not (project / STUB).exists()
    assert run("list").stderr == ""


def test_each_side_may_change_another_part_of_an_endpoint(project: Path) -> None:
    line = "GET /posts/{post_id:int} json-model(model=Post) cache-control"
    diverged(
        project,
        ["edit", "get_post", f"{line} cookie-set(name=seen)"],
        ["edit", "get_post", f"{line} content-language"],
    )
    assert run("resolve").status == 0
    commit(project)
    endpoint = run("list", "--json").json()["endpoints"][0]["endpoint"]
    assert [entry for entry in endpoint["headers"]] == ["cache-control", "content-language"]
    assert endpoint["cookies"] == [{"pattern": "cookie-set", "name": "seen"}]


def test_what_does_not_go_together_is_told(project: Path) -> None:
    diverged(project, ["add", "GET /x xml as one"], ["add", "GET /x msgpack as two"])
    done = run("resolve")
    assert done.status == 4
    assert "what both sides have does not go together: endpoint one" in done.stderr
    assert "they differ in two, one" in done.stderr
    assert run("resolve", "--ours", "one").status == 0
    assert not (project / "app/endpoints/one.py").exists()


def test_what_is_the_same_cannot_be_decided(project: Path) -> None:
    diverged(project, ["add", "GET /1 xml as one"], ["add", "GET /2 xml as two"])
    done = run("resolve", "--ours", "export")
    assert done.status == 2
    assert "there is nothing to decide about export; the sides differ in one, two" in done.stderr


def test_a_clean_merge_that_took_something_away_is_completed(project: Path) -> None:
    """Git deletes a module that one side needs no longer, and the other only now."""
    assert run("add", "GET /first msgpack as first", "GET /last xml as last").status == 0
    commit(project)
    git(project, "checkout", "-q", "-b", "one", "main")
    assert run("remove", "first").status == 0
    commit(project)
    git(project, "checkout", "-q", "-b", "two", "main")
    line = "GET /posts/{post_id:int} msgpack(model=Post)"
    assert run("edit", "get_post", line).status == 0
    commit(project)
    assert merge(project, "one") == []
    module = project / "app/http/message_pack.py"
    assert not module.exists()
    assert "run scaffold resolve" in run("list").stderr
    done = run("resolve")
    assert done.status == 0, done.stderr
    assert module.exists()
    assert "ormsgpack" in (project / "pyproject.toml").read_text()
    assert run("resolve", "--json").json()["files"] == []


@pytest.mark.parametrize("command", ["list", "add", "diff", "update", "remove"])
def test_commands_say_what_git_is_doing(project: Path, command: str) -> None:
    arguments = {"add": ["GET /x plain-text"], "remove": ["export"]}.get(command, [])
    diverged(project, ["add", "GET /1 xml as one"], ["add", "GET /2 xml as two"])
    before = tree(project)
    done = run(command, *arguments)
    assert done.status == 4
    assert "git is merging, and there are conflicts in" in done.stderr
    assert "run scaffold resolve, look at the files, then git add --all and git commit" in (
        done.stderr
    )
    assert tree(project) == before


def test_a_file_that_was_decided_by_hand_stays(project: Path) -> None:
    on_branch(project, "one", "add", "GET /1 xml as one")
    append(project / "README.md", "\nMine: one.\n")
    commit(project)
    on_branch(project, "two", "add", "GET /2 xml as two")
    append(project / "README.md", "\nMine: two.\n")
    commit(project)
    merge(project, "one")
    (project / "README.md").write_text("Mine, at last.\n")
    done = run("resolve")
    assert done.status == 0, done.stderr
    assert "note: README.md stays as you have left it" in done.stderr
    assert (project / "README.md").read_text() == "Mine, at last.\n"


def finish(project: Path, *command: str) -> None:
    """Resolve as long as git stops."""
    stopped = git_fails(project, *command)
    while stopped:
        done = run("resolve")
        assert done.status == 0, done.stderr
        [way] = re.findall(r"note: next: .* and (git .*)", done.stderr)
        git(project, "add", "--all")
        stopped = git_fails(project, "-c", "core.editor=true", *way.split()[1:])


def git_fails(project: Path, *command: str) -> bool:
    """Run git, which may stop with conflicts."""
    try:
        git(project, *command)
    except CalledProcessError:
        assert git(project, "ls-files", "--unmerged"), "git failed without a conflict"
        return True
    return False


@pytest.mark.parametrize("way", some(["rebase", "cherry-pick", "merge"], 3))
def test_every_way_to_bring_branches_together(project: Path, way: str) -> None:
    git(project, "checkout", "-q", "-b", "one", "main")
    for name in ("a", "b"):
        assert run("add", f"GET /{name} plain-text as {name}").status == 0
        append(project / f"app/endpoints/{name}.py", f"# mine: {name}\n")
        commit(project)
    assert run("rename", "get_post", "read_post").status == 0
    commit(project)
    git(project, "checkout", "-q", "-b", "two", "main")
    assert run("add", "GET /c xml as c").status == 0
    assert run(*EDIT).status == 0
    commit(project)
    if way == "rebase":
        git(project, "checkout", "-q", "one")
    finish(project, way, *{"cherry-pick": ["main..one"], "merge": ["one"]}.get(way, ["two"]))
    assert run("resolve", "--json").json()["files"] == []
    git(project, "add", "--all")
    names = {item["endpoint"]["name"] for item in run("list", "--json").json()["endpoints"]}
    assert names == {"read_post", "list_posts", "export", "a", "b", "c"}
    text = (project / "app/endpoints/read_post.py").read_text()
    assert "content_language" in text
    assert (project / "app/endpoints/b.py").read_text().endswith("# mine: b\n")
    assert run("list").stderr == ""


def test_a_revert_and_a_stash_are_merges_too(project: Path) -> None:
    assert run("add", "GET /a plain-text as a").status == 0
    commit(project)
    assert run("add", "GET /b plain-text as b").status == 0
    git(project, "stash", "-u")
    assert run("add", "GET /c plain-text as c").status == 0
    commit(project)
    assert git_fails(project, "stash", "pop")
    assert "git is applying a stash" in run("add", "GET /x xml").stderr
    assert run("resolve").status == 0
    assert "b, c" in (project / ROUTERS).read_text()
    commit(project)
    assert git_fails(project, "revert", "--no-edit", "HEAD~1")
    done = run("resolve")
    assert done.status == 0, done.stderr
    assert "git revert --continue" in done.stderr
    names = [item["endpoint"]["name"] for item in run("list", "--json").json()["endpoints"]]
    assert names[-2:] == ["a", "b"]

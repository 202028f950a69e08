"""What the commands on a project do, say and exit with."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from scaffold.project.files import read_tree
from tests.life.conftest import GET_POST, replace, run
from tests.life.histories import ROUTERS, STUB, TEST, append
from tests.life.projects import tree
from tests.programs import commit, git

REPORT = "GET /report msgpack(model=Report) cookie-set(name=seen) as get_report"


def test_add_writes_the_endpoint_and_everything_that_it_needs(project: Path) -> None:
    before = tree(project)
    done = run("add", REPORT)
    assert done.status == 0
    after = tree(project)
    assert sorted(after.keys() - before.keys()) == [
        "app/cookies/__init__.py",
        "app/cookies/seen.py",
        "app/endpoints/get_report.py",
        "app/http/cookie_header.py",
        "app/http/cookies.py",
        "app/http/message_pack.py",
        "app/http/private_answers.py",
        "app/http/root_path.py",
        "app/models/__init__.py",
        "app/models/report.py",
        "tests/endpoints/test_get_report.py",
        "tests/http/test_cookie_header.py",
        "tests/http/test_cookies.py",
        "tests/http/test_message_pack.py",
        "tests/http/test_private_answers.py",
        "tests/http/test_root_path.py",
    ]
    assert b"msgpack" in after["pyproject.toml"].content
    assert b"get_report" in after[ROUTERS].content
    listed = yaml.safe_load(after[".copier-answers.yml"].content)["endpoints"]
    assert [endpoint["name"] for endpoint in listed][-1] == "get_report"
    assert "  new      app/endpoints/get_report.py\n" in done.stdout
    assert "note: pyproject.toml has changed" in done.stderr


def test_add_again_changes_nothing_and_says_so(project: Path) -> None:
    run("add", REPORT)
    before = tree(project)
    done = run("add", REPORT)
    assert (done.status, done.stdout) == (0, "")
    assert done.stderr == "Nothing to do: it is there already.\n"
    assert tree(project) == before


def test_the_same_endpoint_in_other_words_is_there_already(project: Path) -> None:
    line = "GET /posts/{post_id:int} json-model(model='Post') cache-control() as get_post"
    assert run("add", line).stderr == "Nothing to do: it is there already.\n"


@pytest.mark.parametrize("edited", [False, True])
def test_remove_takes_back_what_add_has_done(project: Path, edited: bool) -> None:
    if edited:
        append(project / "README.md", "\nmine\n")
        append(project / STUB, "# mine\n")
        replace(project / "pyproject.toml", '  "fastapi>', '  "mine>=1",\n  "fastapi>')
    before = tree(project)
    assert run("add", REPORT).status == 0
    assert run("remove", "get_report", "Report").status == 0
    assert tree(project) == before
    assert not (project / "app/cookies").exists()


def test_the_choices_of_the_first_day_stay_recorded(project: Path) -> None:
    """Copier records them where it has asked; a render from an endpoint list does not."""
    path = project / ".copier-answers.yml"
    replace(path, "application:", "response_patterns:\n- json-model\napplication:")
    before = tree(project)
    assert run("add", REPORT).status == 0
    assert "response_patterns:\n- json-model\n" in path.read_text()
    assert run("remove", "get_report", "Report").status == 0
    assert tree(project) == before


def test_compiled_modules_do_not_keep_a_folder(project: Path) -> None:
    run("add", REPORT)
    cache = project / "app/cookies/__pycache__"
    cache.mkdir()
    (cache / "seen.cpython-311.pyc").write_bytes(b"compiled")
    run("remove", "get_report")
    assert not (project / "app/cookies").exists()


@pytest.mark.parametrize("removed", ["sign_in", "sign_out", "profile"])
def test_cookies_of_a_removed_endpoint_are_still_declared(project: Path, removed: str) -> None:
    """By those that are left, whichever of them has declared them so far."""
    done = run(
        "add",
        "POST /sign-in status-no-content cache-control(directives=no-store)"
        " cookie-session-server-side(action=login, name=__Host-admin, idle_timeout=60)"
        " cookie-csrf-double-submit(action=issue, name=__Host-token, session=__Host-admin)"
        " as sign_in",
        "POST /sign-out status-no-content cache-control(directives=no-store)"
        " cookie-session-server-side(action=logout, name=__Host-admin)"
        " cookie-delete(name=__Host-token) as sign_out",
        "POST /profile json-model cookie-session-server-side(action=read, name=__Host-admin)"
        " cookie-csrf-double-submit(action=check, name=__Host-token, session=__Host-admin)"
        " as profile",
    )
    assert done.status == 0, done.stderr
    commit(project)
    assert run("remove", removed).status == 0
    check = [sys.executable, "-W", "error", "-c", "from app.main import app; app.openapi()"]
    subprocess.run(check, cwd=project, check=True)


@pytest.mark.parametrize("path", [STUB, TEST])
def test_remove_refuses_to_delete_edits(project: Path, path: str) -> None:
    append(project / path, "# mine\n")
    before = tree(project)
    done = run("remove", "get_post")
    assert done.status == 4
    assert done.stderr == (
        f"error: {path} would be deleted, but holds edits of yours; "
        "save what you need, then use --force\n"
    )
    assert tree(project) == before


def test_remove_deletes_edits_when_told_to(project: Path) -> None:
    append(project / STUB, "# mine\n")
    assert run("remove", "get_post", "--force").status == 0
    assert not (project / STUB).exists()


def test_rename_moves_the_edits_along(project: Path) -> None:
    replace(project / STUB, "    return", "    mine = get_post\n    return")
    append(project / TEST, "\n\nMINE = 'app.endpoints.get_post'\n")
    done = run("rename", "get_post", "show_post")
    assert done.status == 0
    assert (
        f"  moved    {STUB} -> app/endpoints/show_post.py  (your edits are kept)\n" in done.stdout
    )
    assert not (project / STUB).exists()
    moved = (project / "app/endpoints/show_post.py").read_text()
    assert "async def show_post(" in moved
    assert "    mine = show_post\n" in moved
    # A text stays what its owner has written.
    assert "'app.endpoints.get_post'" in (project / "tests/endpoints/test_show_post.py").read_text()


def test_edit_keeps_the_edits(project: Path) -> None:
    append(project / STUB, "\n\ndef mine() -> None: ...\n")
    line = "GET /articles/{post_id:int} json-model(model=Post) vary(field_names=[Accept])"
    done = run("edit", "get_post", line)
    assert done.status == 0, done.stderr
    stub = (project / STUB).read_text()
    assert '@router.get("/articles/{post_id}"' in stub
    assert "def mine()" in stub
    assert "CacheControl" not in stub
    assert not (project / "app/http/caching.py").exists()


def test_edit_merges_with_a_stub_that_has_become_real(project: Path) -> None:
    replace(
        project / STUB,
        '    return Post(id=post_id, title="example")',
        "    return await stored(post_id)",
    )
    replace(
        project / STUB,
        "from app.http.caching",
        "from app.storage import stored\nfrom app.http.caching",
    )
    with_login = f"{GET_POST.removesuffix(' as get_post')} server-timing cookie-session-host-prefix"
    for line in (with_login, "GET /posts/{post_id:int} json-model(model=Post)", GET_POST):
        done = run("edit", "get_post", line)
        assert done.status == 0, done.stderr
        stub = (project / STUB).read_text()
        assert "    return await stored(post_id)" in stub
        assert "from app.storage import stored\n" in stub
        assert ("Depends(session.user)" in stub) == (line == with_login)
        assert ("cache_control.apply(response)" in stub) == ("cache-control" in line)


def test_a_conflict_is_marked_listed_and_told_by_the_exit_status(project: Path) -> None:
    replace(project / STUB, "post_id: int", "post_id: int, mine: bool = False")
    line = "GET /posts/{id:int} json-model(model=Post) cache-control"
    done = run("edit", "get_post", line, "--json")
    assert done.status == 3
    assert done.json()["conflicts"] == [STUB]
    stub = (project / STUB).read_text()
    assert "<<<<<<< before updating\n" in stub
    assert "mine: bool = False" in stub
    again = run("edit", "get_post", GET_POST)
    assert again.status == 4
    assert f"{STUB} still holds the conflicts of an earlier update" in again.stderr


def test_list_tells_what_became_of_each_file(project: Path) -> None:
    append(project / STUB, "# mine\n")
    (project / "tests/endpoints/test_list_posts.py").unlink()
    done = run("list", "--json")
    states = {
        item["endpoint"]["name"]: (item["module"], item["tests"])
        for item in done.json()["endpoints"]
    }
    assert states == {
        "get_post": ("edited", "generated"),
        "list_posts": ("generated", "missing"),
        "export": ("generated", "generated"),
    }
    assert run("list").stdout == (
        "get_post    edited         GET /posts/{post_id:int} json-model(model=Post) cache-control\n"
        "list_posts  tests missing  GET /posts json-direct\n"
        "export      as generated   GET /posts.csv csv-stream\n"
    )


def test_a_command_works_from_a_folder_inside(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project / "app" / "endpoints")
    assert run("remove", "export").status == 0
    assert not (project / "app/endpoints/export.py").exists()


@pytest.mark.parametrize(
    "command",
    [
        ["add", REPORT],
        ["remove", "export"],
        ["rename", "get_post", "show_post"],
        ["edit", "get_post", "GET /articles/{post_id:int} json-model(model=Post)"],
        ["update", "--to", "v0.2.0"],
    ],
    ids=lambda command: command[0],
)
def test_the_shown_difference_is_what_will_happen(
    project: Path, command: list[str], tmp_path: Path
) -> None:
    """`git apply` does the same with it as the command."""
    stub = project / STUB
    stub.write_bytes(b"# coding: latin-1\n" + stub.read_bytes() + b"# mine: caf\xe9\n")
    (project / "tests/endpoints/test_get_post.py").write_text("# UTF-16", encoding="utf-16")
    commit(project)
    before = tree(project)
    done = run(*command, "--dry-run")
    assert done.status == 0
    assert tree(project) == before

    patch = tmp_path / "patch"
    patch.write_bytes(done.output)
    git(project, "apply", str(patch))
    applied = tree(project)
    git(project, "checkout", "-q", ".")
    git(project, "clean", "-qfd")
    assert tree(project) == before
    run(*command)
    assert tree(project) == applied


def test_diff_shows_the_update(project: Path) -> None:
    before = tree(project)
    done = run("diff")
    assert done.status == 0
    assert "\n-_commit: v0.1.0\n+_commit: v0.2.0\n" in done.stdout
    assert tree(project) == before


@pytest.mark.parametrize(
    ("command", "status", "message"),
    [
        (["remove", "get_pots"], 2, "there is no endpoint get_pots; did you mean get_post"),
        (["rename", "nothing", "x"], 2, "there is no endpoint nothing; `scaffold list` shows them"),
        (
            ["rename", "export", "get_post"],
            2,
            "there is an endpoint get_post already; choose another name",
        ),
        (["rename", "export", "class"], 2, "endpoint class.name: class is a word of Python"),
        (
            ["add", "GET /x plain-text as get_post"],
            2,
            "there is an endpoint get_post already: GET /posts",
        ),
        (["add", "GET /posts plain-text as other"], 2, "endpoint other"),
        (["add", "GET /x no-such-pattern"], 2, "there is no pattern no-such-pattern"),
        (["add"], 2, "nobody can be asked without a terminal; give endpoint lines or --data-file"),
        (["update", "--to", "v9"], 2, "there is no version v9 in file://"),
        (
            ["list", "--project", "/"],
            2,
            "/ is no generated project: there is no .copier-answers.yml",
        ),
    ],
)
def test_a_mistake_is_answered_with_one_line(
    project: Path, command: list[str], status: int, message: str
) -> None:
    before = tree(project)
    done = run(*command)
    assert done.status == status
    assert message in done.stderr
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert tree(project) == before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a list\n", "it must be a mapping"),
        ("a: [\n", ".copier-answers.yml is no valid YAML: line 2:"),
        ("a: 1\na: 2\n", ".copier-answers.yml is no valid YAML: line 2: the key a stands twice"),
        ("_src_path: x\n", "is not that of a project of this template"),
        ("<<<<<<< HEAD\na: 1\n=======\n>>>>>>> other\n", "holds conflict markers"),
    ],
)
def test_an_answers_file_that_cannot_be_used_is_named(
    project: Path, text: str, message: str
) -> None:
    (project / ".copier-answers.yml").write_text(text)
    for command in (["list"], ["add", REPORT], ["update"]):
        done = run(*command)
        assert done.status in (1, 4)
        assert message in done.stderr
        assert done.stderr.count("\n") == 1


def test_endpoints_and_application_patterns_come_from_a_file(project: Path) -> None:
    data = project.parent / "data.yml"
    data.write_text(
        "endpoints:\n- {name: hello, method: GET, path: /hello, response: plain-text}\n"
        "application: [security-headers, request-id]\n"
    )
    assert run("add", "--data-file", data).status == 0
    assert (project / "app/endpoints/hello.py").is_file()
    assert "RequestId" in (project / "app/middleware.py").read_text()
    assert run("add", "--data-file", data).stderr == "Nothing to do: it is there already.\n"
    data.write_text("project_name: other\n")
    done = run("add", "--data-file", data)
    assert done.status == 2
    assert "`scaffold update --data project_name=...` changes an answer" in done.stderr


def test_no_file_outside_of_the_project_is_touched(project: Path) -> None:
    """Neither through a linked folder, nor through a name that somebody put into the answers."""
    outside = project.parent / "outside"
    (project / "app/http").rename(outside)
    (project / "app/http").symlink_to(outside)
    before = tree(outside)
    done = run("add", REPORT)
    assert done.status == 4
    assert "app/http/cookie_header.py is not inside of the project" in done.stderr
    assert tree(outside) == before

    replace(project / ".copier-answers.yml", "- name: export\n", "- name: ../../../outside/x\n")
    assert run("update").status != 0
    assert tree(outside) == before


def test_the_working_tree_is_all_that_changes(project: Path) -> None:
    """Neither git's own files nor their times."""
    before = {path: file.content for path, file in read_tree(project / ".git").items()}
    assert run("add", REPORT).status == 0
    assert run("update").status == 0
    assert {path: file.content for path, file in read_tree(project / ".git").items()} == before


def test_what_is_added_passes_its_own_tests(project: Path) -> None:
    import sys

    assert run("add", REPORT).status == 0
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/endpoints"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.usefixtures("real_renders")
def test_another_version_refuses_in_its_own_words(project: Path) -> None:
    """Copier evaluates the rules of that version, and the command names the endpoint."""
    before = tree(project)
    done = run("add", "GET /x csv-stream cache-control(via=parameter)")
    assert done.status == 2
    assert done.stderr.count("\n") == 1
    named = "error: endpoint get_x.headers[0].via: cache-control via parameter would not reach"
    assert done.stderr.startswith(named)
    assert tree(project) == before


@pytest.mark.parametrize("endpoint", ["get_x", {"method": "GET"}, {"name": 1}])
def test_what_is_no_endpoint_is_none_for_another_version(
    project: Path, tmp_path: Path, endpoint: Any
) -> None:
    data = tmp_path / "data.yml"
    data.write_text(yaml.safe_dump({"endpoints": [endpoint]}))
    done = run("add", "--data-file", data)
    assert (done.status, done.stdout) == (2, "")
    reason = "an endpoint is a mapping with a name, method, path and response"
    assert done.stderr == f"error: endpoints[0]: {reason}\n"

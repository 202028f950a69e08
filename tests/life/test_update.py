"""`scaffold update`: what it takes, what it shows, and that it is what Copier's update is."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from scaffold.addresses import git_url
from scaffold.template.repository import open_repository, same_version
from tests.life.conftest import replace, run
from tests.life.histories import STUB, append
from tests.life.projects import tree
from tests.programs import commit, copier, git
from tools.template_copy import copy_template

pytestmark = pytest.mark.apart


def test_an_update_brings_the_newest_version(project: Path) -> None:
    append(project / STUB, "# mine\n")
    done = run("update")
    assert done.status == 0
    assert done.stdout == (
        "  changed  .copier-answers.yml\n"
        "  deleted  .dockerignore\n"
        "  changed  README.md\n"
        "  new      SECURITY.md\n"
        f"  changed  {STUB}  (your edits are kept)\n"
        "  changed  app/http/caching.py\n"
        "  changed  pyproject.toml\n"
    )
    assert done.stderr.startswith("From v0.1.0 to v0.2.0:\n")
    assert "Done: 1 new, 5 changed, 1 deleted.\n" in done.stderr
    assert "_commit: v0.2.0\n" in (project / ".copier-answers.yml").read_text()
    assert "Now: " in (project / STUB).read_text()
    again = run("update")
    assert (again.status, again.stdout) == (0, "")
    assert "Nothing to do: it is at this version already." in again.stderr


def test_conflicts_are_told_until_they_are_decided(project: Path) -> None:
    replace(project / STUB, '    """Answer with one', '    """Mine: answer with one')
    replace(project / "app/http/caching.py", "class ", "# mine\nclass ")
    for _ in range(2):
        done = run("update", "--json")
        assert done.status == 3
        assert done.json()["conflicts"] == [STUB]
        assert f"Decide the marked lines in: {STUB}\n" in done.stderr
        assert f"note: {STUB} holds conflicts to decide\n" in run("list").stderr
    text = (project / STUB).read_text()
    (project / STUB).write_text(
        re.sub(r"(?ms)^<<<<<<< .*?\n|^=======\n.*?^>>>>>>> .*?\n", "", text)
    )
    assert "conflicts" not in run("list").stderr
    assert run("update").status == 0


def test_without_a_name_there_is_no_author(project: Path) -> None:
    authors = re.compile(r"(?s)authors = \[\n(.*?)\n\]")
    for data, expected in (
        (
            ["author_name=Ada", "author_email=ada@example.com"],
            '  { name = "Ada", email = "ada@example.com" },',
        ),
        (["author_name="], None),
    ):
        given = [word for each in data for word in ("--data", each)]
        assert run("update", "--to", "v0.2.0", *given).status == 0
        found = authors.search((project / "pyproject.toml").read_text())
        assert (found and found[1]) == expected


def test_check_tells_by_its_status(project: Path) -> None:
    before = tree(project)
    done = run("update", "--check")
    assert done.status == 5
    assert done.stdout == "v0.2.0 is available; the project is at v0.1.0\n"
    src = yaml.safe_load((project / ".copier-answers.yml").read_text())["_src_path"]
    assert run("update", "--check", "--json").json() == {
        "available": True,
        "from": {"src": src, "commit": "v0.1.0"},
        "to": {"src": src, "commit": "v0.2.0"},
    }
    assert tree(project) == before
    run("update")
    done = run("update", "--check")
    assert done.status == 0
    assert done.stdout == "The project is at v0.2.0, and there is nothing newer\n"


def test_an_older_version_is_refused(project: Path) -> None:
    run("update")
    before = tree(project)
    done = run("update", "--to", "v0.1.0")
    assert done.status == 4
    assert "v0.1.0 is older than v0.2.0, at which the project is" in done.stderr
    assert tree(project) == before


def test_a_branch_and_a_commit_are_versions(project: Path, template: Path) -> None:
    hashed = git(template, "rev-parse", "v0.2.0")
    assert run("diff", "--to", "main", "--json").json()["to"]["commit"] == "v0.2.0"
    assert run("update", "--to", hashed).status == 0
    assert "_commit: v0.2.0\n" in (project / ".copier-answers.yml").read_text()


def test_a_file_that_goes_is_not_deleted_with_edits(project: Path) -> None:
    append(project / ".dockerignore", "mine\n")
    before = tree(project)
    shown = run("diff")
    assert shown.status == 0
    assert "note: --force is needed to delete .dockerignore" in shown.stderr
    done = run("update")
    assert done.status == 4
    assert ".dockerignore would be deleted, but holds edits of yours" in done.stderr
    assert tree(project) == before
    assert run("update", "--force").status == 0
    assert not (project / ".dockerignore").exists()


def test_conflicts_are_marked_and_listed(project: Path) -> None:
    replace(project / STUB, '    """Answer', '    """Mine: answer')
    done = run("update")
    assert done.status == 3
    assert f"  changed  {STUB}  (CONFLICT: decide the marked lines)\n" in done.stdout
    assert f"Decide the marked lines in: {STUB}\n" in done.stderr
    marker = '<<<<<<< before updating\n    """Mine: answer'
    assert marker in (project / STUB).read_text()
    assert (project / STUB).read_text().count(">>>>>>> after updating\n") == 1


def test_other_answers(project: Path) -> None:
    assert run("update", "--data", "license=MIT", "--data", "description=Mine.").status == 0
    assert (project / "LICENSE").is_file()
    assert 'description = "Mine."' in (project / "pyproject.toml").read_text()
    assert "_commit: v0.1.0\n" in (project / ".copier-answers.yml").read_text()
    done = run("update", "--data", "licence=MIT")
    assert done.status == 2
    assert "there is no answer licence" in done.stderr


def test_other_answers_are_held_against_the_wanted_version(project: Path) -> None:
    """Which may have patterns that this command does not know."""
    endpoint = {"name": "x", "method": "GET", "path": "/x", "response": "html"}
    data = f"endpoints={[{**endpoint, 'headers': ['own-vary']}]}"
    assert run("update", "--to", "v0.2.0", "--data", data, "--force").status == 0
    assert "- own-vary\n" in (project / ".copier-answers.yml").read_text()
    unknown = f"endpoints={[{**endpoint, 'headers': ['gone']}]}"
    done = run("update", "--data", unknown)
    assert done.status == 2
    assert 'endpoints[0].headers[0]: there is no header pattern "gone"' in done.stderr


def test_a_file_can_become_its_owners(project: Path) -> None:
    """From then on the template leaves it alone."""
    append(project / "README.md", "Mine.\n")
    before = (project / "README.md").read_text()
    assert run("update", "--data", "own_files=[README.md]").status == 0
    assert (project / "README.md").read_text() == before
    assert run("update").status == 0
    assert (project / "README.md").read_text() == before
    assert run("add", "GET /x plain-text").status == 0
    assert (project / "README.md").read_text() == before
    done = run("update", "--data", "own_files=[a*]")
    assert done.status == 2
    assert "own_files: a list of paths is needed" in done.stderr


BROKEN = '''"""Mine."""

from app.http import caching


def test_mine():
    assert "second" not in caching.__doc__
'''


@pytest.mark.full
def test_the_tests_of_the_project_tell_what_the_update_has_broken(project: Path) -> None:
    (project / "tests/test_mine.py").write_text(BROKEN)
    (project / "tests/endpoints/test_export.py").write_text("def test_it():\n    assert False\n")
    done = run("update", "--test", "--json")
    assert done.status == 3, done.stderr
    told = done.json()["tests"]
    assert told["broken"] == ["tests.test_mine::test_mine"]
    assert told["fixed"] == []
    assert told["before"]["failed"] == ["tests.endpoints.test_export::test_it"]
    assert told["before"]["passed"] > 10
    assert "_commit: v0.2.0\n" in (project / ".copier-answers.yml").read_text()


def test_tests_that_cannot_run_are_no_reason_to_stop(project: Path) -> None:
    (project / "pyproject.toml").write_text("no toml [\n")
    done = run("update", "--to", "v0.1.0", "--test")
    assert done.status == 0
    assert "Tests before: the tests could not be run: " in done.stdout


@pytest.mark.parametrize("edited", [pytest.param(False, marks=pytest.mark.full), True])
def test_it_is_what_copier_does(
    project: Path, template: Path, edited: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For the same version, another endpoint and its model, where Copier merges cleanly."""
    if edited:
        append(project / STUB, "\n\ndef mine() -> None: ...\n")
        append(project / "app/main.py", "\nmine = 1\n")
        (project / "tests/endpoints/test_export.py").unlink()
        commit(project)
    monkeypatch.setenv("COPIER_CACHE_DIR", str(project.parent / "copier"))
    other = project.parent / "other"
    git(project.parent, "clone", "-q", str(project), str(other))

    added = run("add", "model Report(at=date)", "GET /report msgpack(model=Report)", "--json")
    assert added.status == 0
    answers = yaml.safe_load((project / ".copier-answers.yml").read_text())
    data = project.parent / "data.yml"
    given = {name: answers[name] for name in ("models", "endpoints")}
    data.write_text(yaml.safe_dump(given, sort_keys=False))
    options = ["update", "--defaults", "--quiet", "--data-file", data]
    done = copier(*options, "--vcs-ref", "v0.1.0", cwd=other)
    assert done.returncode == 0, done.stderr
    assert tree(other) == tree(project)
    commit(other)

    assert run("update").status == 0
    done = copier("update", "--defaults", "--quiet", cwd=other)
    assert done.returncode == 0, done.stderr
    assert tree(other) == tree(project)


@pytest.mark.full
def test_copier_takes_over_at_any_time(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPIER_CACHE_DIR", str(project.parent / "copier"))
    assert run("add", "GET /report msgpack as get_report").status == 0
    commit(project)
    done = copier("update", "--defaults", "--quiet", cwd=project)
    assert done.returncode == 0, done.stderr
    assert (project / "SECURITY.md").is_file()
    assert run("list").stderr == ""
    assert run("update").stdout == ""


@pytest.mark.full
def test_real_renders_of_a_fetched_version(
    template: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    """Nothing is remembered here: processes, clones, and Copier."""
    settings = environment | {"XDG_CACHE_HOME": str(tmp_path / "cache")}

    def scaffold(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "scaffold", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=settings, capture_output=True, text=True, check=False
        )

    # A URL that is no local folder is cloned into the cache.
    url = "https://template.invalid/t.git"
    settings |= {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{template.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": url,
    }
    options = ["--endpoint", "GET /x plain-text", "--no-sync", "--template", url]
    made = scaffold("new", "a", *options, "--ref", "v0.1.0")
    assert made.returncode == 0, made.stderr
    added = scaffold("add", "GET /y plain-text", "--project", "a")
    assert added.returncode == 0, added.stderr
    assert len(list((tmp_path / "cache").glob("*/templates/*.git"))) == 1

    del settings["GIT_CONFIG_COUNT"]
    assert scaffold("remove", "get_y", "--project", "a").returncode == 0
    assert scaffold("update", "--to", "v0.2.0", "--project", "a").returncode == 0
    assert "_commit: v0.2.0\n" in (tmp_path / "a/.copier-answers.yml").read_text()
    assert scaffold("update", "--project", "a").returncode == 1


def test_a_repository_without_tags_is_taken_at_its_head(tmp_path: Path) -> None:
    folder = copy_template(tmp_path / "template")
    git(folder, "init", "-q")
    commit(folder)
    found = open_repository(f"git+{folder.as_uri()}")
    assert found.newest() == "HEAD"
    head = git(folder, "rev-parse", "HEAD")
    assert found.commit("HEAD") == head
    assert head.startswith(found.describe(head))


def test_prereleases_are_taken_only_when_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "template"
    folder.mkdir()
    git(folder, "init", "-q")
    for tag in ("v0.9.0", "v0.10.0", "v0.11.0rc1", "not-a-version"):
        git(folder, "commit", "-q", "--allow-empty", "-m", tag)
        git(folder, "tag", tag)
    assert open_repository(str(folder)).newest() == "v0.10.0"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("v0.1.0", "v0.1.0", True),
        ("v0.1.0", "v0.1.1", False),
        ("0123456", "0123456789abcdef0123456789abcdef01234567", True),
        ("v0.1.0-3-g0123456", "0123456789abcdef0123456789abcdef01234567", True),
        ("v0.1.0-3-g0123456", "v0.1.0", False),
        ("deadbee", "0123456", False),
    ],
)
def test_names_of_one_version(one: str, other: str, same: bool) -> None:
    assert same_version(one, other) is same
    assert same_version(other, one) is same


@pytest.mark.parametrize(
    ("src", "url"),
    [
        ("gh:a/b", "https://github.com/a/b.git"),
        ("gl:a/b.git", "https://gitlab.com/a/b.git"),
        ("git+https://example.com/t", "https://example.com/t"),
        ("git@example.com:a/b.git", "git@example.com:a/b.git"),
    ],
)
def test_addresses(src: str, url: str) -> None:
    assert git_url(src) == url


@pytest.mark.parametrize("src", ["templates/here", "--upload-pack=x", "no such thing"])
def test_an_address_of_no_repository_is_refused(project: Path, src: str) -> None:
    path = project / ".copier-answers.yml"
    text = path.read_text().splitlines(keepends=True)
    lines = [f"_src_path: {src}\n" if line.startswith("_src_path") else line for line in text]
    path.write_text("".join(lines))
    done = run("update")
    assert done.status == 2
    assert "which is no git repository here; updates need the URL of one" in done.stderr


def test_toolkit_tests_go_and_come_back(project: Path) -> None:
    """As the answer says; one that was edited is not deleted."""
    before = tree(project)
    assert run("update", "--data", "toolkit_tests=false").status == 0
    small = tree(project)
    gone = before.keys() - small.keys()
    assert {"tests/http/test_caching.py", "tests/test_wire.py", "tests/leaving.py"} <= gone
    assert {"tests/conftest.py", "tests/wire.py", "tests/test_streams.py"} <= small.keys()
    assert run("update", "--data", "toolkit_tests=true").status == 0
    assert tree(project) == before

    append(project / "tests/test_wire.py", "# mine\n")
    before = tree(project)
    done = run("update", "--data", "toolkit_tests=false")
    assert done.status == 4
    assert "tests/test_wire.py would be deleted, but holds edits of yours" in done.stderr
    assert tree(project) == before

    refused = run("update", "--data", "toolkit_tests=maybe")
    assert refused.status == 2
    assert refused.stderr == "error: toolkit_tests: use true or false\n"


def test_a_project_that_does_not_say_keeps_the_toolkit_tests(project: Path) -> None:
    """It was made by a version that had no such answer."""
    replace(project / ".copier-answers.yml", "toolkit_tests: true\n", "")
    commit(project)
    before = tree(project)
    assert run("update").status == 0
    after = tree(project)
    assert before.keys() - after.keys() == {".dockerignore"}
    assert b"toolkit_tests: true\n" in after[".copier-answers.yml"].content

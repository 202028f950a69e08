"""Git runs nothing that the repository of a project, or of a template, names."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from scaffold.system import git as module
from scaffold.template.repository import open_repository
from tests.life.conftest import replace, run
from tests.life.histories import STUB, append
from tests.life.hostile import Marks, everything, sign
from tests.life.projects import merge, on_branch
from tests.programs import commit, git
from tests.sampling import some

pytestmark = pytest.mark.usefixtures("own_cache")

LINE = "GET /report msgpack cookie-set(name=seen) as get_report"
COMMANDS = [
    ["list"],
    ["list", "--json"],
    ["add", LINE, "--dry-run"],
    ["add", LINE],
    ["remove", "export", "--force"],
    ["rename", "get_post", "show_post"],
    ["edit", "get_post", "GET /a/{post_id:int} json-model(model=Post)"],
    ["update", "--check"],
    ["diff"],
    ["update", "--to", "v0.2.0", "--yes"],
    ["update", "--data", "license=MIT", "--yes"],
]


@pytest.fixture
def marks(tmp_path: Path) -> Marks:
    """Return a program that nothing may run."""
    return Marks(tmp_path / "marks")


def test_plain_git_runs_them(project: Path, marks: Marks) -> None:
    """Else the other tests here would show nothing."""
    sign(project)
    append(project / STUB, "# mine\n")
    marks.configure(project / ".git")
    without_filter = "-c filter.evil.process= -c filter.evil.clean=cat diff"
    for command in ("status", "log -1", "fetch", "commit -qam x", without_filter):
        subprocess.run(["git", *command.split()], cwd=project, capture_output=True, check=False)
    assert marks.left() >= {"fsmonitor", "process", "gpg", "remote", "command"}


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_on_a_project_runs_them(project: Path, marks: Marks, command: list[str]) -> None:
    """Also when git is asked for the answers of earlier commits, and these would be fetched."""
    append(project / "pyproject.toml", "# mine\n")
    append(project / STUB, "# mine\n")
    replace(project / ".copier-answers.yml", "description: A service.", "description: Other.")
    commit(project)
    replace(project / ".copier-answers.yml", "description: Other.", "description: A service.")
    commit(project)
    sign(project)
    marks.lose(project, ".copier-answers.yml")
    marks.configure(project / ".git")
    done = run(*command)
    assert done.status in (0, 5), done.stderr
    assert marks.left() == set()


def test_resolve_runs_none(project: Path, marks: Marks) -> None:
    """Also when it asks for the subject of a signed commit, as no branch names that."""
    on_branch(project, "one", "add", "GET /one msgpack as one")
    sign(project)
    on_branch(project, "two", "add", "GET /two xml as two")
    merge(project, "one")
    git(project, "branch", "-q", "-D", "one")
    marks.configure(project / ".git")
    for command in (["resolve", "--dry-run"], ["resolve"]):
        done = run(*command)
        assert done.status == 0, done.stderr
        assert marks.left() == set()


def test_adopt_and_new_run_none(project: Path, marks: Marks) -> None:
    (project / ".copier-answers.yml").unlink()
    (project / "app/endpoints/__init__.py").write_text("")
    (project / "app/main.py").write_text("from fastapi import FastAPI\n\napp = FastAPI()\n")
    marks.configure(project / ".git")
    assert run("adopt", "--yes").status == 0
    made = run("new", "inside", "--preset", "empty", "--no-sync")
    assert made.status == 0
    assert "the project stands inside of one" in made.stderr
    assert marks.left() == set()


def test_a_folder_that_looks_like_a_bare_repository_is_none(project: Path, marks: Marks) -> None:
    """Git would take it for one, as it can come with a clone, and do what it configures."""
    inside = project / "service"
    inside.mkdir()
    for path in list(project.iterdir()):
        if path.name not in (".git", "service"):
            path.rename(inside / path.name)
    commit(project)
    git(project, "clone", "-q", "--bare", ".", str(project.parent / "bare"))
    shutil.copytree(project.parent / "bare", inside, dirs_exist_ok=True)
    marks.configure(inside)
    with (inside / "config").open("a") as config:
        config.write(f"[core]\n\tbare = false\n\tworktree = {inside}\n")
    append(inside / "pyproject.toml", "# mine\n")
    append(inside / STUB, "# mine\n")
    assert run("list", "--project", inside).status == 0
    assert run("resolve", "--project", inside).status == 1
    assert marks.left() == set()


@pytest.mark.usefixtures("real_checkouts")
@pytest.mark.parametrize(
    ("bare", "form"), some([(True, "{}"), (False, "{}"), (True, "git+file://{}")], 3)
)
def test_a_template_on_this_machine_is_cloned(
    project: Path, template: Path, marks: Marks, tmp_path: Path, bare: bool, form: str
) -> None:
    """Its configuration is that of somebody else; so are the attributes in its files."""
    other = tmp_path / "other"
    git(tmp_path, "clone", "-q", *(["--bare"] if bare else []), str(template), str(other))
    marks.configure(other if bare else other / ".git")
    answers = project / ".copier-answers.yml"
    lines = answers.read_text().splitlines(keepends=True)
    named = [
        f"_src_path: {form.format(other)}\n" if "_src_path" in line else line for line in lines
    ]
    answers.write_text("".join(named))
    before = everything(other)
    for command in (["diff"], ["list"], ["update", "--check"], ["add", LINE, "--dry-run"]):
        done = run(*command)
        assert done.status in (0, 5), done.stderr
        assert marks.left() == set()
    assert everything(other) == before


@pytest.mark.usefixtures("real_checkouts")
def test_files_are_checked_out_as_they_were_committed(
    tmp_path: Path, marks: Marks, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Attributes in a template name filters that its user has, such as those of LFS."""
    folder = tmp_path / "template"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / ".gitattributes").write_text("* text eol=crlf ident filter=own\n")
    (folder / "file").write_bytes(b"one\n$Id$\n")
    commit(folder, "v1")
    monkeypatch.setenv("HOME", environment["HOME"])
    git(tmp_path, "config", "--global", "filter.own.smudge", f"{marks.programs}/smudge")
    repository = open_repository(str(folder))
    with repository.checked_out(repository.commit("v1")) as files:
        assert (files / "file").read_bytes() == b"one\n$Id$\n"
    assert marks.left() == set()


def test_what_the_user_has_configured_counts(
    template: Path, tmp_path: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other names for addresses, and hooks and signatures of a first commit."""
    monkeypatch.setenv("HOME", environment["HOME"])
    monkeypatch.setenv("XDG_CONFIG_HOME", environment["HOME"])
    url = "https://template.invalid/t.git"
    git(tmp_path, "config", "--global", f"url.{template.as_uri()}.insteadOf", url)
    assert open_repository(url).newest() == "v0.2.0"

    own = Marks(tmp_path / "own")
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "post-commit").write_text(f"#!/bin/sh\n{own.programs}/post-commit\n")
    (hooks / "post-commit").chmod(0o755)
    git(tmp_path, "config", "--global", "core.hooksPath", str(hooks))
    assert run("new", tmp_path / "a", "--preset", "empty", "--no-sync").status == 0
    assert own.left() == {"post-commit"}
    git(tmp_path, "config", "--global", "commit.gpgSign", "true")
    git(tmp_path, "config", "--global", "gpg.program", f"{own.programs}/gpg")
    unsigned = run("new", tmp_path / "b", "--preset", "empty", "--no-sync")
    assert "git commit failed" in unsigned.stderr
    assert own.left() == {"gpg"}


def test_a_hook_of_another_repository_does_not_lead_astray(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git tells the children of its hooks where its own repository is."""
    on_branch(project, "one", "add", "GET /one msgpack as one")
    on_branch(project, "two", "add", "GET /two xml as two")
    merge(project, "one")
    git(tmp_path, "init", "-q", "hooked")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "hooked" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "hooked" / ".git" / "index"))
    done = run("resolve")
    assert done.status == 0, done.stderr


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives away")
def test_a_repository_of_somebody_else_is_refused(
    project: Path, template: Path, tmp_path: Path
) -> None:
    """As git itself does it, unless `safe.directory` allows it."""
    other = tmp_path / "other"
    git(tmp_path, "clone", "-q", "--bare", str(template), str(other))
    for path in [other, *other.rglob("*")]:
        os.chown(path, 12345, 12345)
    replace(project / ".copier-answers.yml", f"git+{template.as_uri()}", str(other))
    done = run("diff")
    assert done.status == 1
    assert "cannot fetch the template from" in done.stderr
    assert "dubious ownership" in done.stderr
    assert done.stderr.count("\nerror: ") == 1
    git(project, "config", "--global", "--add", "safe.directory", str(other))
    assert run("diff").status == 0


def test_git_that_does_not_answer_is_told(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A configuration may include a pipe, which nobody ever fills."""
    os.mkfifo(project / ".git" / "pipe")
    with (project / ".git" / "config").open("a") as config:
        config.write("[include]\n\tpath = pipe\n")
    answer = module.ask(project, "rev-parse", "HEAD", seconds=1)
    assert (answer.status, answer.problem) == (module.NOT_RUN, "git took longer than 1 seconds")

"""`scaffold new`: a whole project, or nothing."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from scaffold.catalogue.patterns import template_root
from scaffold.errors import InvalidSpec, Refused, ScaffoldError, UsageMistake
from scaffold.new.staging import check_destination, staged
from scaffold.spec.answers import ANSWERS, Sources, gather
from tests.conftest import HOSTILE_SPECS, Run
from tests.life.conftest import run
from tests.sampling import some

QUICK = ("--no-sync",)
LINE = "GET /posts/{post_id:int} json-model(model=Post) as get_post"


def answers_of(project: Path) -> dict[str, Any]:
    """Return the answers that a project records."""
    answers: dict[str, Any] = yaml.safe_load((project / ".copier-answers.yml").read_text())
    return answers


def git(folder: Path, *arguments: str) -> str:
    """Return what git prints."""
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_a_project_with_a_first_commit(scaffold: Run, work: Path) -> None:
    done = scaffold("new", "my-service", "--endpoint", LINE, *QUICK)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "my-service\n"
    assert "cd my-service" in done.stderr
    assert os.listdir(work) == ["my-service"]
    project = work / "my-service"
    assert (project / "app" / "endpoints" / "get_post.py").is_file()
    assert answers_of(project)["project_name"] == "my-service"
    assert answers_of(project)["endpoints"][0]["name"] == "get_post"
    assert git(project, "log", "--format=%an %s") == "Ana Start from fastapi-response-scaffold\n"
    assert git(project, "status", "--porcelain") == ""


def test_the_folder_is_as_open_as_any_new_folder(scaffold: Run, work: Path) -> None:
    """The temporary folder is closed to others; the project must not stay so."""
    (work / "other").mkdir()
    scaffold("new", "a", "--preset", "empty", "--no-git", *QUICK)
    assert (work / "a").stat().st_mode == (work / "other").stat().st_mode


def test_the_result_as_json(scaffold: Run, work: Path) -> None:
    done = scaffold("new", "a", "--preset", "empty", "--no-git", "--json", *QUICK)
    result = json.loads(done.stdout)
    assert result["destination"] == "a"
    assert result["committed"] is result["synced"] is False
    assert set(result["origin"]) == {"src", "commit"}
    files = {path.relative_to(work / "a").as_posix() for path in (work / "a").rglob("*")}
    assert set(result["files"]) <= files


def test_a_dry_run_shows_the_files_and_writes_nothing(scaffold: Run, work: Path) -> None:
    done = scaffold("new", "deep/a", "--endpoint", LINE, "--dry-run", *QUICK)
    assert done.returncode == 0, done.stderr
    assert "      get_post.py" in done.stdout
    assert "nothing was written" in done.stdout
    assert list(work.iterdir()) == []


def test_a_dry_run_tells_what_a_run_would_write(scaffold: Run, work: Path) -> None:
    arguments = ("new", "a", "--endpoint", LINE, "--no-git", "--json", *QUICK)
    planned = json.loads(scaffold(*arguments, "--dry-run").stdout)["files"]
    assert planned == json.loads(scaffold(*arguments).stdout)["files"]


def test_show_prints_a_file_as_it_would_be_written(scaffold: Run, work: Path) -> None:
    arguments = ("new", "a", "--endpoint", LINE, "--no-git", *QUICK)
    shown = scaffold(*arguments, "--show", "app/endpoints/get_post.py")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert list(work.iterdir()) == []
    scaffold(*arguments)
    assert shown.stdout == (work / "a" / "app" / "endpoints" / "get_post.py").read_text()


def test_show_of_a_file_as_json(scaffold: Run) -> None:
    done = scaffold("new", "a", LINE, "--show", "pyproject.toml", "--json")
    result = json.loads(done.stdout)
    assert result["path"] == "pyproject.toml"
    assert result["content"].startswith("[project]\n")


def test_show_of_no_file_names_the_nearest(scaffold: Run, work: Path) -> None:
    done = scaffold("new", "a", LINE, "--show", "get_post.py")
    expected = "there will be no file get_post.py; did you mean app/endpoints/get_post.py?"
    assert (done.returncode, done.stderr) == (2, f"error: {expected}\n")
    assert list(work.iterdir()) == []


def test_lines_may_stand_behind_the_folder(scaffold: Run) -> None:
    planned = [
        scaffold("new", "a", *arguments, "--dry-run", "--json").stdout
        for arguments in ([LINE], ["--endpoint", LINE])
    ]
    assert planned[0] == planned[1] != ""


def test_missing_parents_are_made(scaffold: Run, work: Path) -> None:
    assert scaffold("new", "b/c/a", "--preset", "empty", *QUICK).returncode == 0
    assert (work / "b" / "c" / "a" / "pyproject.toml").is_file()


def test_an_empty_folder_is_taken(scaffold: Run, work: Path) -> None:
    (work / "a").mkdir()
    assert scaffold("new", "a", "--preset", "empty", *QUICK).returncode == 0
    assert (work / "a" / "pyproject.toml").is_file()


def test_what_is_there_is_never_overwritten(scaffold: Run, work: Path) -> None:
    (work / "full").mkdir()
    (work / "full" / "notes.txt").write_text("mine")
    (work / "file").write_text("mine")
    for name in ("full", "file", "."):
        done = scaffold("new", name, "--preset", "empty", *QUICK)
        assert done.returncode == 4
        assert done.stderr.startswith(f"error: {name} ")
        assert done.stderr.count("\n") == 1
    assert sorted(path.name for path in work.rglob("*")) == ["file", "full", "notes.txt"]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([], "nobody can be asked without a terminal; use --preset"),
        (
            ["--preset", "tuor"],
            "there is no preset tuor; did you mean tour?",
        ),
        (["--endpoint", "GET"], 'endpoint line "GET": a method and a path are needed'),
        (["--preset", "x"], "there is no preset x; use one of api, empty"),
        (
            ["--endpoint", "GET /a/ html as a"],
            'endpoint line "GET /a/ html as a": path: "/a/" is no usable path',
        ),
        (
            ["GET /a json-model cookie-set cache-control(directives=public)"],
            'endpoint line "GET /a json-model cookie-set cache-control(directives=pu...: '
            "cache-control directives: a shared cache would hand one visitor's cookie",
        ),
        (["--preset", "api", "GET /a html as get_post"], "endpoint line "),
        (
            ["--defaults", "--data", "name=a"],
            "--data: there is no answer name; use one of",
        ),
        (["--defaults", "--data", "project_name"], "--data project_name: write it as NAME=VALUE"),
        (["--defaults", "--data", "project_name=A b"], "project_name: use lower-case letters"),
        (["--defaults", "--data", "license=WTFPL"], "license: "),
        (["--defaults", "--data", "python_version=2.7"], "python_version: "),
        (["--defaults", "--data", "endpoints=["], "--data endpoints: the value is no valid YAML"),
        (["--data", "endpoints=5"], "endpoints: a list is needed"),
        (["--defaults", "--data", "header_patterns=[cors]"], "header_patterns: a list of pattern"),
        (["--data-file", "missing.yml"], "cannot read missing.yml: No such file or directory"),
        (["--data-file", "broken.yml"], "broken.yml is no valid YAML: line 3"),
        (
            ["--data-file", "twice.yml"],
            "twice.yml is no valid YAML: line 4: the key headers stands twice",
        ),
        (
            ["--data", "endpoints=[{name: a, name: b}]"],
            "--data endpoints: the value is no valid YAML: line 1: the key name stands twice",
        ),
        (["--data-file", "binary.yml"], "binary.yml is no valid YAML"),
        (["--data-file", "list.yml"], "list.yml: a mapping of answers is needed"),
        (["--data-file", "unknown.yml"], "unknown.yml: there is no answer endpoint; use one of"),
        (["--data-file", "null.yml"], "description: text is needed"),
        (["--preset", "api", "--ref", "v1"], "--ref is the version of another template"),
    ],
)
def test_a_mistake_is_status_2_and_one_line(
    own_cache: Path, work: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], line: str
) -> None:
    monkeypatch.chdir(work)
    (work / "broken.yml").write_text("a: b\nc: [\n")
    (work / "twice.yml").write_text(
        "endpoints:\n- name: a\n  headers: [vary]\n  headers: [cache-control]\n"
    )
    (work / "binary.yml").write_bytes(b"\xff\x00")
    (work / "list.yml").write_text("- a\n")
    (work / "unknown.yml").write_text("endpoint: []\n")
    (work / "null.yml").write_text("endpoints: []\ndescription:\n")
    before = sorted(os.listdir(work))
    done = run("new", "a", *QUICK, *arguments)
    assert done.status == 2
    assert done.stdout == ""
    assert done.stderr.startswith(f"error: {line}")
    assert done.stderr.count("\n") == 1
    assert sorted(os.listdir(work)) == before


def test_a_hostile_spec_through_the_command(scaffold: Run, work: Path) -> None:
    """One by process; the others are the same code, in `test_hostile_specs_write_nothing`."""
    spec = HOSTILE_SPECS[0]
    (work / "spec.yml").write_text(yaml.safe_dump(spec["data"]))
    done = scaffold("new", "a", "--data-file", "spec.yml", *QUICK)
    assert (done.returncode, done.stderr) == (2, f"error: {spec['error']}\n")
    assert os.listdir(work) == ["spec.yml"]


@pytest.mark.parametrize("spec", HOSTILE_SPECS, ids=[spec["id"] for spec in HOSTILE_SPECS])
def test_hostile_specs_are_refused_when_answers_are_gathered(
    spec: dict[str, Any], tmp_path: Path
) -> None:
    data_file = tmp_path / "spec.yml"
    text = yaml.safe_dump(spec["data"], allow_unicode=True, sort_keys=False)
    data_file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidSpec) as caught:
        gather(Sources(data_file=data_file))
    said = spec.get("listed", spec["error"])
    assert (str(caught.value), caught.value.status) == (said, 2)


def test_the_answers_are_the_questions_of_the_template() -> None:
    """But for the one that only `adopt` gives."""

    class Loader(yaml.SafeLoader):
        """Reads `!include` as nothing."""

    Loader.add_constructor("!include", lambda loader, node: None)
    questions = yaml.load((template_root() / "copier.yml").read_text("utf-8"), Loader=Loader)
    asked = {
        name
        for name, question in questions.items()
        if not name.startswith("_") and question.get("when") is not False
    }
    assert asked == {*ANSWERS, "layout"}


def test_sources_add_up(tmp_path: Path) -> None:
    data_file = tmp_path / "answers.yml"
    data_file.write_text("python_version: 3.12\ndescription: from the file\n")
    lines = [LINE]
    data = ["description=from the option", "application=[cors]"]
    answers = gather(Sources("empty", data_file, data, lines))
    assert answers["python_version"] == "3.12"
    assert answers["description"] == "from the option"
    assert answers["application"] == ["cors"]
    assert [endpoint["name"] for endpoint in answers["endpoints"]] == ["get_post"]


def test_lines_follow_the_endpoints_of_a_preset() -> None:
    answers = gather(Sources("api", lines=["GET /items json-model as list_items"]))
    names = [endpoint["name"] for endpoint in answers["endpoints"]]
    assert names[-1] == "list_items"
    assert len(names) > 1


def test_no_identity_for_git_is_a_note(
    scaffold: Run, work: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "home" / ".gitconfig").write_text("[user]\nuseConfigOnly = true\n")
    done = scaffold("new", "a", "--preset", "empty", *QUICK)
    assert done.returncode == 0
    assert "note: git commit failed: set user.name and user.email first" in done.stderr
    assert (work / "a" / ".git").is_dir()


def test_no_git_at_all_is_a_note(
    scaffold: Run, work: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    done = scaffold(
        "new", "a", "--preset", "empty", *QUICK, env=environment | {"PATH": str(tmp_path)}
    )
    assert done.returncode == 0, done.stderr
    assert "note: no git repository was made, because git is not installed" in done.stderr
    assert (work / "a" / "pyproject.toml").is_file()


def test_no_repository_is_made_inside_of_another(scaffold: Run, work: Path) -> None:
    git(work, "init")
    done = scaffold("new", "a", "--preset", "empty", *QUICK)
    assert done.returncode == 0
    assert "the project stands inside of one" in done.stderr
    assert not (work / "a" / ".git").exists()


def test_a_hook_that_runs_the_command_keeps_its_repository(
    scaffold: Run, work: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    git(tmp_path, "init", "hooked")
    elsewhere = environment | {"GIT_DIR": str(tmp_path / "hooked" / ".git")}
    assert scaffold("new", "a", "--preset", "empty", *QUICK, env=elsewhere).returncode == 0
    assert git(work / "a", "log", "--format=%s").count("\n") == 1


def test_an_environment_that_cannot_be_set_up_is_a_note(
    scaffold: Run, work: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "uv").write_text("#!/bin/sh\necho 'error: no network' >&2\nexit 2\n")
    (tools / "uv").chmod(0o755)
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    done = scaffold("new", "a", "--preset", "empty", env=environment | {"PATH": path})
    assert done.returncode == 0
    assert "note: the environment is not complete: error: no network" in done.stderr
    assert (work / "a" / ".git").is_dir()


def test_the_environment_is_set_up_with_uv(
    scaffold: Run, work: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "uv").write_text('#!/bin/sh\necho "$@" > synced\necho 1 > uv.lock\n')
    (tools / "uv").chmod(0o755)
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    done = scaffold("new", "a", "--preset", "empty", env=environment | {"PATH": path})
    assert (work / "a" / "synced").read_text() == "sync --quiet\n"
    assert "uv run pytest" in done.stderr
    tracked = subprocess.run(
        ["git", "log", "--format=%s", "--", "uv.lock"],
        cwd=work / "a",
        capture_output=True,
        text=True,
    )
    assert tracked.stdout == "Start from fastapi-response-scaffold\n"


def test_ctrl_c_while_the_environment_is_set_up_keeps_the_project(
    scaffold: Run, work: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "uv").write_text("#!/bin/sh\nkill -INT $PPID\nsleep 5\n")
    (tools / "uv").chmod(0o755)
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    done = scaffold("new", "a", "--preset", "empty", env=environment | {"PATH": path})
    assert done.returncode == 130
    assert done.stderr == "error: interrupted; a is complete, but its environment is not\n"
    assert (work / "a" / "pyproject.toml").is_file()


def test_another_template_is_rendered_and_recorded_by_copier(scaffold: Run, work: Path) -> None:
    other = work / "other"
    (other / "template").mkdir(parents=True)
    (other / "copier.yml").write_text("_subdirectory: template\nproject_name: {type: str}\n")
    answers_file = other / "template" / "{{_copier_conf.answers_file}}.jinja"
    answers_file.write_text("{{ _copier_answers | to_nice_yaml }}")
    git(work, "init", "other")
    git(other, "add", "--all")
    git(other, "-c", "user.name=A", "-c", "user.email=a@b.c", "commit", "--message", "one")
    git(other, "tag", "v1")
    arguments = ("--defaults", "--data", "project_name=x", "--no-git", *QUICK)
    done = scaffold("new", "a", "--template", f"git+{other.as_uri()}", "--ref", "v1", *arguments)
    assert done.returncode == 0, done.stderr
    recorded = {"_commit": "v1", "_src_path": f"git+{other.as_uri()}", "project_name": "x"}
    assert answers_of(work / "a") == recorded


def test_another_template_that_is_not_there_is_one_line(scaffold: Run, work: Path) -> None:
    done = scaffold("new", "a", "--template", "git+file:///nowhere", "--defaults", *QUICK)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert list(work.iterdir()) == []


def test_a_failed_write_leaves_nothing(scaffold: Run, work: Path) -> None:
    """A limit on the size of files fails like a full disk does: in the middle of rendering."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    done = scaffold("new", "deep/a", "--preset", "tour", *QUICK, preexec_fn=limit)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert os.listdir(work) == []


@pytest.mark.parametrize("first", some(range(3), 3))
def test_an_interruption_at_any_moment_leaves_nothing_or_everything(
    work: Path, environment: dict[str, str], first: int
) -> None:
    """In the full run, three times as many moments."""
    command = [sys.executable, "-m", "scaffold", "new", "deep/a", "--preset", "tour", *QUICK]
    statuses = set()
    for moment in range(first, 18, 3):
        process = subprocess.Popen(
            command,
            cwd=work,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        time.sleep(0.06 * (moment + 1))
        process.send_signal([signal.SIGINT, signal.SIGTERM, signal.SIGHUP][moment // 3 % 3])
        _, stderr = process.communicate(timeout=60)
        statuses.add(process.returncode)
        if (work / "deep").exists():
            assert os.listdir(work / "deep") == ["a"]
            assert git(work / "deep" / "a", "status", "--porcelain") == ""
            shutil.rmtree(work / "deep")
        assert os.listdir(work) == []
        # Before Python has read the first line of the command, nobody can catch anything.
        if process.returncode in (130, 143):
            assert stderr in ("error: interrupted\n", "error: terminated\n", "")
    assert statuses & {130, 143}


def test_staging_moves_a_complete_project(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "a"
    with staged(target) as project:
        project.mkdir()
        (project / "file").write_text("x")
        assert not target.exists()
    assert [path.name for path in tmp_path.rglob("*")] == ["deep", "a", "file"]


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt, SystemExit])
def test_staging_leaves_nothing_of_a_project_that_failed(
    tmp_path: Path, error: type[BaseException]
) -> None:
    def fail() -> None:
        with staged(tmp_path / "deep" / "a") as project:
            project.mkdir()
            raise error

    with pytest.raises(error):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_second_project_that_came_first_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "a"

    def race() -> None:
        with staged(target) as project:
            project.mkdir()
            (target / "theirs").mkdir(parents=True)

    with pytest.raises(OSError, match="not empty"):
        race()
    assert [path.name for path in tmp_path.rglob("*")] == ["a", "theirs"]


@pytest.mark.parametrize("cloned", [False, True])
def test_the_current_folder_becomes_the_project(
    cloned: bool, scaffold: Run, work: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    """An empty one, and the clone of a repository that is empty as well."""
    here = work / "my-shop"
    if cloned:
        git(tmp_path, "init", "-q", "--bare", "-b", "trunk", "origin.git")
        git(work, "clone", "-q", str(tmp_path / "origin.git"), "my-shop")
    else:
        here.mkdir()
    inode = here.stat().st_ino
    made = scaffold("new", ".", "--preset", "empty", "--no-sync", "--json", cwd=here)
    assert made.returncode == 0, made.stderr
    assert "cd " not in made.stderr
    assert here.stat().st_ino == inode
    assert "project_name: my-shop\n" in (here / ".copier-answers.yml").read_text()
    assert git(here, "log", "--format=%an %s") == "Ana Start from fastapi-response-scaffold\n"
    assert git(here, "status", "--porcelain") == ""
    if cloned:
        git(here, "push", "-q", "origin", "HEAD")
        assert git(tmp_path / "origin.git", "branch", "--list").strip() == "* trunk"
    again = scaffold("new", ".", "--preset", "empty", "--no-sync", cwd=here)
    assert (again.returncode, again.stderr) == (
        4,
        "error: . is not empty; choose another folder\n",
    )


def test_a_repository_without_its_files_is_no_place_for_a_project(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    assert check_destination(tmp_path) == tmp_path.resolve()
    who = ("-c", "user.name=Ana", "-c", "user.email=ana@example.com")
    git(tmp_path, *who, "commit", "-q", "--allow-empty", "-m", "first")
    with pytest.raises(Refused, match="with commits, and none of their files; check them out"):
        check_destination(tmp_path)


def test_a_folder_that_stays_is_empty_again_when_the_project_does_not_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def fail() -> None:
        with staged(tmp_path) as project:
            project.mkdir()
            for name in ("a", "b", "c"):
                (project / name).write_text("ours")
            (tmp_path / "b").write_text("theirs")

    with pytest.raises(Refused, match="not empty any more"):
        fail()
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"b": "theirs"}


def test_a_destination_is_resolved(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert check_destination(tmp_path / "link") == tmp_path / "real"
    (tmp_path / "real" / "file").write_text("x")
    with pytest.raises(Refused, match="is not empty"):
        check_destination(tmp_path / "link")


def test_errors_of_a_source_are_of_our_family() -> None:
    assert issubclass(UsageMistake, ScaffoldError)
    with pytest.raises(UsageMistake):
        gather(Sources(preset="nope"))

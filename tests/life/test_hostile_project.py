"""A project that somebody cloned or unpacked is data: nothing in it makes a command do harm."""

import json
import os
import shutil
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import pytest

from scaffold.errors import Refused
from scaffold.life import apply as applying
from scaffold.project import stage
from scaffold.system import folders
from scaffold.system.paths import STAGE, refuse_outside
from tests.life.conftest import replace, run
from tests.life.histories import STUB, append
from tests.life.hostile import everything
from tests.life.projects import merge, on_branch, tree
from tests.life.test_apply import killed
from tests.programs import git
from tests.sampling import some
from tests.terminal import Terminal

pytestmark = pytest.mark.usefixtures("own_cache")

LINE = "GET /report msgpack cookie-set(name=seen) as get_report"
LOOKING = [
    ["list"],
    ["list", "--json"],
    ["diff"],
    ["update", "--check"],
    ["add", LINE, "--dry-run"],
    ["remove", "export", "--dry-run"],
    ["rename", "get_post", "show_post", "--dry-run"],
    ["edit", "get_post", "GET /a/{post_id:int} json-model(model=Post)", "--dry-run"],
    ["update", "--dry-run"],
    ["explain", LINE],
    ["patterns"],
    ["schema"],
]
CHANGING = [
    ["add", LINE],
    ["remove", "export", "--force"],
    ["rename", "get_post", "show_post"],
    ["edit", "get_post", "GET /a/{post_id:int} json-model(model=Post)"],
    ["update", "--yes"],
]


def forged(folder: Path, name: str, outside: Path) -> Path:
    """Put a change into a project as if a command of this user had begun it; return its folder."""
    waiting = folder / name
    waiting.mkdir()
    for number in range(3):
        (waiting / f"{number}.after").write_text("#!/bin/sh\nhostile\n")
    victim = outside / "victim"
    victim.write_text("mine\n")
    shutil.copy(victim, waiting / "3.before")
    paths = [
        ".git/hooks/pre-commit",
        "../outside/new",
        str(outside / "new2"),
        "../outside/victim",
    ]
    steps = [{"path": path, "file": n, "new": n < 3} for n, path in enumerate(paths)]
    (waiting / "journal.json").write_text(json.dumps(steps))
    record = {"project": str(folder), "stage": name, "steps": steps}
    (waiting / "record.json").write_text(json.dumps(record))
    (waiting / "notes").write_text("mine\n")
    return waiting


@pytest.mark.parametrize("name", [".scaffold", f"{STAGE}0123456789abcdef"])
@pytest.mark.parametrize("command", some([*LOOKING[:5], *CHANGING], 3), ids=" ".join)
def test_a_change_that_somebody_else_has_begun_is_not_believed(
    project: Path, name: str, command: list[str]
) -> None:
    outside = project.parent / "outside"
    outside.mkdir()
    waiting = forged(project, name, outside)
    before = [everything(folder) for folder in (waiting, outside, project / ".git" / "hooks")]
    done = run(*command)
    assert done.status in (0, 5), done.stderr
    assert [everything(f) for f in (waiting, outside, project / ".git" / "hooks")] == before
    told = f"note: {name} was left by a scaffold command of another user or machine"
    assert (told in done.stderr) is name.startswith(STAGE)


def test_adopt_believes_none_either(project: Path) -> None:
    (project / ".copier-answers.yml").unlink()
    (project / "app/endpoints/__init__.py").write_text("")
    outside = project.parent / "outside"
    outside.mkdir()
    waiting = forged(project, ".scaffold", outside)
    before = [everything(folder) for folder in (waiting, outside, project / ".git" / "hooks")]
    for command in (["adopt", "--dry-run"], ["adopt", "--yes"]):
        run(*command)
        assert [everything(f) for f in (waiting, outside, project / ".git" / "hooks")] == before


def begin(project: Path) -> None:
    """Let a command be killed when it has decided, and done nothing yet."""
    with killed(applying, "_step"):
        run("add", LINE)


def test_only_commands_that_change_a_project_finish_what_was_begun(project: Path) -> None:
    begin(project)
    before = everything(project)
    for command in LOOKING[:-3]:
        done = run(*command)
        assert done.status in (0, 5), done.stderr
        assert "or was stopped while it did" in done.stderr
        assert everything(project) == before
    assert run("remove", "export").status == 0
    assert (project / "app/endpoints/get_report.py").is_file()
    assert not (project / "app/endpoints/export.py").exists()
    assert not list(project.glob(f"{STAGE}*"))


def test_what_was_begun_is_not_carried_into_another_project_of_that_place(project: Path) -> None:
    """The folder was removed, and somebody's project was unpacked there."""
    begin(project)
    [waiting] = project.glob(f"{STAGE}*")
    shutil.rmtree(waiting)
    before = tree(project)
    assert run("add", LINE, "--dry-run").status == 0
    assert run("update", "--data", "license=MIT", "--dry-run").status == 0
    assert tree(project) == before
    assert run("remove", "export").status == 0
    assert not (project / "app/endpoints/get_report.py").exists()
    assert stage.begun(project) is None


def test_a_linked_folder_is_not_what_was_begun(project: Path) -> None:
    begin(project)
    [waiting] = project.glob(f"{STAGE}*")
    kept = project.parent / "kept"
    waiting.rename(kept)
    waiting.symlink_to(kept)
    before = everything(kept)
    run("remove", "export")
    assert everything(kept) == before
    assert not (project / "app/endpoints/get_report.py").exists()


@pytest.mark.parametrize(
    "content",
    ['{"version": 9}', "[]", "{", '{"project": "/", "stage": ".scaffold-1", "steps": [{"a": 1}]}'],
)
def test_a_record_of_another_form_is_left_alone(project: Path, content: str) -> None:
    begin(project)
    [record] = (folders.state() / "changes").iterdir()
    record.write_text(content)
    before = everything(project)
    done = run("add", "GET /x plain-text")
    assert done.status == 4
    assert "another version of scaffold has begun to change this project" in done.stderr
    assert done.stderr.count("\n") == 1
    listed = run("list")
    assert listed.status == 0
    assert "note: another version of scaffold has begun" in listed.stderr
    assert everything(project) == before
    assert record.read_text() == content


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o720])
def test_folders_that_others_can_write_to_are_not_believed(
    project: Path, tmp_path: Path, mode: int
) -> None:
    """What the cache holds there is made anew, and what the state says stops the command."""
    assert run("list").status == 0
    [answers] = (tmp_path / "cache").glob("*/answers/*")
    kept = json.loads(answers.read_bytes()[sha256().digest_size :])
    kept["value"]["endpoints"] = [{"name": "hostile", "method": "GET", "path": "/"}]
    forged = json.dumps(kept).encode()
    answers.write_bytes(sha256(forged).digest() + forged)
    assert "hostile" in run("list").stdout  # what is the user's own is believed
    folders.cache().chmod(mode)
    assert "hostile" not in run("list").stdout
    done = run("update")
    assert done.status == 1
    assert f"others can write to {tmp_path / 'cache'}" in done.stderr
    (tmp_path / "cache" / folders.APPLICATION).chmod(0o700)
    folders.state().chmod(mode)
    before = tree(project)
    done = run("remove", "export")
    assert (done.status, done.stderr.count("\n")) == (1, 1)
    assert f"others can write to {tmp_path / 'state'}" in done.stderr
    assert tree(project) == before
    listed = run("list")
    assert (listed.status, "note: others can write to" in listed.stderr) == (0, True)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives away")
def test_folders_of_somebody_else_are_not_believed(project: Path) -> None:
    os.chown(folders.state(), 12345, 12345)
    assert run("remove", "export").status == 1


def test_a_user_without_a_place_for_state_can_work(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in containers, where the home folder is none or nobody's."""
    (tmp_path / "in the way").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "in the way"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert run("add", LINE).status == 0
    assert len(list(tmp_path.glob("fastapi-response-scaffold-*"))) == 1


@pytest.mark.parametrize(
    "path",
    [
        *("", ".", "..", "../x", "a/../../x", "/etc/x", "a//b", "a/./b", "a/"),
        *(".git", ".git/hooks/x", "a/.git/x", ".GIT/config", ".git./x", ".git /x", "git~1/x"),
        *(".g\u200cit/config", ".git\u200d/config", f"{STAGE}0123456789abcdef/0.after"),
        *(
            "C:/x",
            "C:x",
            "a\\b",
            "\\\\host\\x",
            "a/x:stream",
            "nul",
            "app/aux.py",
            "COM1",
            "lpt¹.txt",
        ),
        *("a\nb", "a\x1b[31m", "a*", "a?", 'a"', "a|b", "a ", "a."),
    ],
)
def test_paths_that_are_none_of_a_project(tmp_path: Path, path: str) -> None:
    with pytest.raises(Refused) as caught:
        refuse_outside(tmp_path, path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "path", [".gitignore", ".github/workflows/ci.yml", "app/git.py", "a b", "app/nullable.py", "é"]
)
def test_paths_of_a_project(tmp_path: Path, path: str) -> None:
    refuse_outside(tmp_path, path)


def linked(project: Path, path: str, target: Path) -> None:
    """Move a folder of the project somewhere else, and put a link in its place."""
    shutil.copytree(project / path, target, dirs_exist_ok=True)
    shutil.rmtree(project / path)
    (project / path).symlink_to(target)


@pytest.mark.parametrize("target", some(["../outside", ".git/hooks", "loop"], 3))
@pytest.mark.parametrize("path", ["app", "app/endpoints"])
@pytest.mark.parametrize("command", CHANGING, ids=lambda command: command[0])
def test_no_link_leads_a_command_out_of_the_project(
    project: Path, command: list[str], path: str, target: str
) -> None:
    """Neither out of the folder, nor to where git keeps what it runs."""
    if target == "loop":
        shutil.rmtree(project / path)
        (project / path).symlink_to((project / path).name)
    else:
        linked(project, path, project / target)
    outside = project.parent / "outside"
    places = [place for place in (outside, project / ".git") if place.exists()]
    before = [everything(place) for place in places]
    done = run(*command)
    assert done.status in (1, 4), done.stderr
    assert done.stderr.count("error: ") == 1
    assert [everything(place) for place in places] == before


@pytest.mark.parametrize("name", [STUB, ".copier-answers.yml", "pyproject.toml"])
def test_a_linked_file_is_never_written_through(project: Path, name: str) -> None:
    outside = project.parent / "outside.txt"
    (project / name).rename(outside)
    (project / name).symlink_to(outside)
    before = outside.read_bytes()
    for command in CHANGING:
        run(*command)
        assert outside.read_bytes() == before


def test_resolve_and_adopt_follow_no_link_either(project: Path) -> None:
    on_branch(project, "one", "add", "GET /one msgpack as one")
    on_branch(project, "two", "add", "GET /two xml as two")
    merge(project, "one")
    outside = project.parent / "outside"
    linked(project, "app/endpoints", outside)
    before = everything(outside)
    assert run("resolve").status == 4
    assert everything(outside) == before

    other = project.parent / "other"
    other.mkdir()
    (other / "main.py").write_text("from fastapi import FastAPI\n\napp = FastAPI()\n")
    empty = project.parent / "empty"
    empty.mkdir()
    (other / "tests").symlink_to(empty)
    done = run("adopt", "--yes", "--project", other)
    assert done.status == 4, done.stderr
    assert list(empty.iterdir()) == []


def test_a_module_of_somebody_elses_is_not_adopted(project: Path) -> None:
    outside = project.parent / "main.py"
    outside.write_text("from fastapi import FastAPI\n\napp = FastAPI()\n")
    other = project.parent / "other"
    other.mkdir()
    (other / "main.py").symlink_to(outside)
    before = outside.read_bytes()
    done = run("adopt", "--yes", "--project", other, "--entry", "main.py")
    assert done.status == 4
    assert done.stderr == "error: main.py is a link; name the module itself with --entry\n"
    assert outside.read_bytes() == before
    assert (other / "main.py").is_symlink()


@pytest.mark.parametrize("name", [STUB, "app/endpoints/__init__.py", ".copier-answers.yml"])
def test_pipes_and_giants_are_no_files(project: Path, name: str) -> None:
    """A pipe would be read for ever, and so would a file with nothing but a size."""
    (project / name).unlink()
    os.mkfifo(project / name)
    for command in (["list"], ["add", LINE], ["diff"]):
        done = run(*command)
        assert done.status in (0, 1, 2), done.stderr
        assert done.stderr.count("\n") <= 1
    (project / name).unlink()
    with (project / name).open("wb") as stream:
        stream.truncate(100_000_000_000)
    for command in (["list"], ["add", LINE], ["diff"]):
        done = run(*command)
        assert done.status == 1
        assert f"{name}: File too large" in done.stderr


def test_no_answers_of_a_project_lead_out_either(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The names of endpoints become names of files."""
    outside = tmp_path / "outside"
    outside.mkdir()
    path = project / ".copier-answers.yml"
    for name in ("../../../outside/x", f"{outside}/x", ".git/x", "a\\b"):
        path.write_text(path.read_text().replace("- name: export", f"- name: {name!r}", 1))
        for command in (["list"], ["update", "--yes"], ["diff"]):
            run(*command)
        git(project, "checkout", "-q", ".")
    assert list(outside.iterdir()) == []
    assert not (project / ".git" / "x.py").exists()


BOMBS = {
    "aliases": "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)),
    "merge keys": "a0: &a0 {k: 1}\n"
    + "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}\n" for n in range(1, 10)),
    "a chain": "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 3000)),
    "itself": "a: &a [*a]\n",
    "lists": f"a: {'[' * 100_000}\n",
    "dashes": f"a:\n{'- ' * 100_000}\n",
    "keys": f"a:\n{'? ' * 100_000}\n",
    "length": f"a: {'x' * 3_000_000}\n",
}


@pytest.mark.parametrize("bomb", some(BOMBS, 4))
def test_yaml_that_stands_for_too_much_is_refused(
    project: Path, bomb: str, environment: dict[str, str]
) -> None:
    """In a process of its own, since PyYAML's parser in C takes the process along."""
    answers, data = project / ".copier-answers.yml", project.parent / "data.yml"
    append(answers, BOMBS[bomb])
    data.write_text(f"endpoints: []\n{BOMBS[bomb]}")
    (project / "sub").mkdir()
    settings = Path(environment["HOME"], "settings.yml")
    settings.write_text(f"defaults:\n  a: 1\n{BOMBS[bomb]}")
    commands: list[tuple[list[str], int, dict[str, str]]] = [
        (["list"], 1, {}),
        (["add", LINE], 1, {}),
        (["new", "b", "--data-file", str(data)], 2, {}),
        (["new", "b", "--defaults"], 2, {"COPIER_SETTINGS_PATH": str(settings)}),
    ]
    for command, status, variables in commands:
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "scaffold", *command],
            cwd=project,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert time.monotonic() - started < 20
        assert (done.returncode, done.stderr.count("\n")) == (status, 1), done.stderr[:500]
        assert done.stderr.startswith("error: ")


SIGNS = {
    "escape": "\x1b]0;hostile\x07",
    "c1": "\x9b31m",
    "bidi": "\u202eetirw\u2066",
    "carriage return": "\rerror: hostile",
    "tag": "\U000e0041",
    "line": "\nerror: hostile",
}


def hostile_answers(project: Path, signs: str) -> None:
    """Put signs wherever the answers file has a text that commands print."""
    quoted = "".join(f"\\U{ord(sign):08x}" for sign in f"x{signs}y")
    path = project / ".copier-answers.yml"
    replace(path, "path: /posts.csv", f'path: "/{quoted}"')
    replace(path, "- name: export", f'- name: "{quoted}"')
    replace(path, "description: A service.", f'description: "{quoted}"')


@pytest.mark.parametrize("signs", some(SIGNS.values(), 3), ids=SIGNS)
def test_signs_that_nobody_sees_are_made_visible(project: Path, signs: str) -> None:
    """In results and messages, as text and as JSON."""
    hostile_answers(project, signs)
    commands = [["list"], ["list", "--json"], ["add", LINE], ["add", LINE, "--json"], ["update"]]
    commands += [["rename", f"a{signs}b", "c"], ["diff", "--to", f"v{signs}9"], ["remove", signs]]
    for command in commands:
        done = run(*command)
        for printed in (done.stdout, done.stderr):
            assert signs not in printed
            assert not any(line.startswith("error: hostile") for line in printed.splitlines())


def test_a_terminal_sees_a_patch_and_a_program_gets_it(
    project: Path, environment: dict[str, str]
) -> None:
    """`git apply` needs every byte, and a terminal would do what they say."""
    escape = "\x1b]0;hostile\x07"
    append(project / "README.md", f"{escape}\n")
    replace(project / "README.md", "## Deploy\n", f"{escape}\n## Deploy\n")
    patch = run("diff").stdout
    assert escape in patch
    terminal = Terminal("diff", "--project", str(project), cwd=project, env=os.environ)
    assert terminal.finish() == 0
    assert b"\x1b]0;" not in terminal.seen
    assert rb"\x1b]0;hostile\x07" in terminal.seen


@pytest.mark.parametrize(
    "address",
    [
        "https://ana:s3cret@127.0.0.1:9/t.git",
        "https://s3cret@127.0.0.1:9/t.git",
        "git+https://ana:s3cret@127.0.0.1:9/t",
        "https://127.0.0.1:9/t.git?private_token=s3cret",
        "https://ana:s3c/s3cret@127.0.0.1:9/t.git",
        "ssh://ana:s3cret@-oHostile/t.git",
        "ext::https://ana:s3cret@example.com/",
    ],
)
def test_no_secret_of_an_address_is_printed(project: Path, template: Path, address: str) -> None:
    replace(project / ".copier-answers.yml", f"git+{template.as_uri()}", address)
    for command in (["list"], ["list", "--json"], ["diff"], ["update", "--check", "--json"]):
        done = run(*command)
        assert "s3cret" not in done.stdout + done.stderr
    for command in (["add", LINE, "--json"], ["update", "--yes", "--json"]):
        done = run(*command)
        assert done.status in (1, 2)
        assert "s3cret" not in done.stdout + done.stderr


def test_commands_that_only_look_write_nothing(project: Path) -> None:
    """Neither content nor times, git's index included; and not where nothing can be written."""
    append(project / STUB, "# mine\n")
    os.utime(project / "README.md")
    git(project, "config", "core.fsmonitor", "false")
    before = everything(project)
    for command in LOOKING:
        done = run(*command)
        assert done.status in (0, 5), done.stderr
        assert everything(project) == before, command
    for path in [project, *project.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = everything(project)
    for command in LOOKING:
        assert run(*command).status in (0, 5)
        assert everything(project) == before, command
    for path in [project, *project.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def test_resolve_and_adopt_that_only_look_write_nothing(project: Path) -> None:
    on_branch(project, "one", "add", "GET /one msgpack as one")
    on_branch(project, "two", "add", "GET /two xml as two")
    merge(project, "one")
    before = everything(project)
    assert run("resolve", "--dry-run").status == 0
    assert everything(project) == before
    other = project.parent / "other"
    other.mkdir()
    (other / "main.py").write_text("from fastapi import FastAPI\n\napp = FastAPI()\n")
    before = everything(other)
    assert run("adopt", "--dry-run", "--project", other).status == 0
    assert everything(other) == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives away")
def test_a_project_of_somebody_else_above_is_not_meant(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody can put an answers file into `/tmp`."""
    os.chown(project / ".copier-answers.yml", 12345, 12345)
    (project / "mine").mkdir()
    monkeypatch.chdir(project / "mine")
    done = run("list")
    assert done.status == 4
    assert "belongs to somebody else; if you mean that project, use --project" in done.stderr
    assert run("list", "--project", project).status == 0
    os.chown(project / "mine", 12345, 12345)
    assert run("list").status == 0


def test_a_shell_is_offered_names_only(project: Path) -> None:
    """Typer's completion for zsh evaluates what it gets."""
    path = project / ".copier-answers.yml"
    for name in (r"\$(touch hostile)", "`touch hostile`", "a b", "export\x1b[31m"):
        entry = f"{{name: {json.dumps(name)}, method: GET, path: /x, response: plain-text}}"
        replace(path, "endpoints:\n", f"endpoints:\n- {entry}\n")
    replace(path, "path: /posts.csv", r'path: "/$(touch hostile)"')
    variables = {"COMP_WORDS": "scaffold remove ", "COMP_CWORD": "2"}
    variables |= {"_TYPER_COMPLETE_ARGS": "scaffold remove "}
    variables |= {"_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    for shell in ("zsh", "bash", "fish"):
        done = subprocess.run(
            [Path(sys.executable).parent / "scaffold"],
            cwd=project,
            env={**os.environ, **variables, "_SCAFFOLD_COMPLETE": f"complete_{shell}"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "get_post" in done.stdout
        assert "export" in done.stdout
        assert "hostile" not in done.stdout
        assert "a b" not in done.stdout

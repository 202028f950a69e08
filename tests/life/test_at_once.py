"""Several commands at once: each does all that it says, and none waits for one that is dead."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from scaffold.errors import Refused
from scaffold.life import turns
from scaffold.life.operations import Plan, carry_out
from scaffold.merge.trees import Change
from scaffold.project.state import read_project
from tests.life.conftest import replace, run
from tests.life.test_apply import forked, tree
from tests.programs import git

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="forks"),
    pytest.mark.usefixtures("own_cache"),
]

REPORT = "GET /report{0} plain-text as get_report{0}"
HOLD = """
import sys, time
from pathlib import Path
from scaffold.life.turns import turn
with turn(Path(sys.argv[1])):
    print("holds it", flush=True)
    time.sleep(600)
"""


def at_once(*commands: tuple[Path, list[str]]) -> list[int]:
    """Run commands on projects at the same time, and return their exit statuses."""
    started = [forked(folder, command) for folder, command in commands]
    return [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in started]


def names(project: Path) -> list[str]:
    """Return the names of the endpoints that are listed."""
    answers = yaml.safe_load((project / ".copier-answers.yml").read_text())
    return [endpoint["name"] for endpoint in answers["endpoints"]]


@pytest.mark.parametrize("round_", range(5))
def test_an_update_and_an_addition(project: Path, round_: int) -> None:
    run("diff")  # What is fetched and rendered is remembered for the forks.
    commands = [(project, ["update", "--yes"]), (project, ["add", REPORT.format("")])]
    assert at_once(*(commands if round_ % 2 else reversed(commands))) == [0, 0]
    assert "get_report" in names(project)
    assert "_commit: v0.2.0\n" in (project / ".copier-answers.yml").read_text()
    assert (project / "SECURITY.md").is_file()
    assert run("list").stderr == ""


def test_many_additions(project: Path) -> None:
    before = names(project)
    run("add", REPORT.format(""), "--dry-run")
    commands = [(project, ["add", REPORT.format(number)]) for number in range(8)]
    assert at_once(*commands) == [0] * 8
    assert sorted(names(project)) == sorted([*before, *(f"get_report{n}" for n in range(8))])
    states = {item["module"] for item in run("list", "--json").json()["endpoints"]}
    assert states == {"generated"}


def test_additions_and_removals(project: Path) -> None:
    run("add", REPORT.format(""), "--dry-run")
    commands = [
        (project, ["add", REPORT.format("")]),
        (project, ["remove", "export"]),
        (project, ["rename", "get_post", "show_post"]),
        (project, ["edit", "list_posts", "GET /all json-direct"]),
        (project, ["update", "--data", "license=MIT", "--yes"]),
    ]
    assert at_once(*commands) == [0] * 5
    assert sorted(names(project)) == ["get_report", "list_posts", "show_post"]
    assert (project / "LICENSE").is_file()
    assert run("list").stderr == ""


def test_projects_that_share_a_clone(
    project: Path, template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is fetched yet, then something new, while all of them ask."""
    upstream, url = tmp_path / "upstream", "https://template.invalid/t.git"
    git(tmp_path, "clone", "-q", "--bare", str(template), str(upstream))
    git(tmp_path, "config", "--global", f"url.{upstream.as_uri()}.insteadOf", url)
    replace(project / ".copier-answers.yml", f"git+{template.as_uri()}", url)
    branches(upstream, "v0.1.0")
    run("diff", "--to", "v0.2.0")  # What is rendered is remembered for the forks.
    shutil.rmtree(tmp_path / "cache")
    copies = [tmp_path / f"copy{number}" for number in range(6)]
    for copy in copies:
        shutil.copytree(project, copy)
    assert at_once(*((copy, ["update", "--to", "v0.2.0", "--yes"]) for copy in copies)) == [0] * 6
    branches(upstream, "v0.2.0")
    assert at_once(*((copy, ["update", "--check"]) for copy in copies)) == [0] * 6


def branches(repository: Path, ref: str) -> None:
    """Let many branches stand on a commit."""
    refs = "".join(f"update refs/heads/b{number} {ref}\n" for number in range(500))
    command = ["git", "update-ref", "--stdin"]
    subprocess.run(command, cwd=repository, input=refs, text=True, check=True)


def held(project: Path) -> "subprocess.Popen[str]":
    """Start a process that holds the project's lock, and does not end."""
    command = [sys.executable, "-c", HOLD, str(project)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "holds it\n"
    return process


def test_a_command_waits_says_so_and_gives_up(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(project)
    monkeypatch.setattr(turns, "PATIENCE", 1)
    with held(project) as other:
        done = run("remove", "export")
        looking = [run(*command).status for command in (["list"], ["diff"])]
        other.kill()
    assert done.status == 4
    assert done.stderr == (
        "Waiting for another scaffold command, which is changing this project ...\n"
        "error: another scaffold command has been changing this project for 1 seconds; "
        "run this again when it has ended\n"
    )
    assert looking == [0, 0]
    assert tree(project) == before


def test_a_command_goes_on_when_the_other_is_killed(project: Path) -> None:
    """The system releases the lock, and what it has left behind is taken over."""
    with held(project) as other:
        waiting = forked(project, ["remove", "export"])
        time.sleep(1)
        other.send_signal(signal.SIGKILL)
        assert os.waitstatus_to_exitcode(os.waitpid(waiting, 0)[1]) == 0
    assert "export" not in names(project)
    started = time.monotonic()
    assert run("remove", "list_posts").status == 0
    assert time.monotonic() - started < 30


def test_what_was_read_is_compared_before_it_is_written(project: Path) -> None:
    """Editors, and users of other machines, know of no lock."""
    found = read_project(project)
    replace(project / ".copier-answers.yml", "description: A service.", "description: Mine.")
    path = project / ".copier-answers.yml"
    changes = (Change(path.name, tree(project)[path.name], None),)
    with pytest.raises(Refused, match=r"\.copier-answers\.yml was changed meanwhile"):
        carry_out(Plan(found, found.origin, changes))
    assert "description: Mine." in path.read_text()


def test_locks_stay_small_and_private(project: Path, tmp_path: Path) -> None:
    run("remove", "export")
    for lock in (tmp_path / "state").rglob("*.lock"):
        assert lock.stat().st_mode & 0o077 == 0
        assert re.fullmatch(r"[0-9a-f]{20}\.lock", lock.name)

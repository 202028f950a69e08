"""Random lives: whatever happens in whatever order, nothing is lost and everything works."""

import shutil
import subprocess
import sys
from pathlib import Path
from random import Random
from subprocess import CalledProcessError
from typing import Any

import pytest

from scaffold.catalogue.patterns import load
from scaffold.errors import InvalidSpec
from scaffold.merge.trees import Change
from scaffold.shown.project import unified_diff
from scaffold.spec.check import check
from scaffold.spec.lines import format_line
from scaffold.spec.models import with_listed
from tests.conftest import ROOT
from tests.life.conftest import ANSWERS, run
from tests.life.lives import Life, pool
from tests.life.projects import tree
from tests.programs import git

LIVES = 30
ELSEWHERE = 6
STEPS = 20


@pytest.mark.full
@pytest.mark.apart
@pytest.mark.parametrize("seed", range(LIVES))
def test_a_life(seed: int, project: Path, versions: dict[str, Path]) -> None:
    live(Life(project, versions, Random(seed)), STEPS, tested=seed % 10 == 0)


def live(life: Life, steps: int, *, tested: bool) -> None:
    """Let a project live; what goes wrong is told with everything that was done before."""
    try:
        for number in range(steps):
            for _ in range(life.random.randint(0, 3)):
                life.owner()
            life.step()
            if number % 7 == 4:
                life.check_imports()
        # A generated test that an owner has moved stays when it is not generated any more.
        if tested and not life.loose:
            life.check_tests()
    except Exception as error:
        raise AssertionError(f"{error}\n\nin this life:\n" + "\n".join(life.log)) from error


@pytest.mark.full
@pytest.mark.parametrize("version", ["3.11", "3.13"])
def test_lives_on_another_python(version: str, tmp_path: Path) -> None:
    """Some of these lives, with the command and the projects on another Python."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        pytest.skip("is the Python of this run")
    python = tmp_path / "venv" / "bin" / "python"
    made = uv("venv", "--no-python-downloads", "--python", version, tmp_path / "venv")
    if made.returncode:
        pytest.skip(f"Python {version} is not installed here")
    for wanted in (
        ["-r", "requirements-dev.txt"],
        ["--no-deps", "--no-build-isolation", "-e", "."],
    ):
        installed = uv("pip", "install", "--python", python, *wanted)
        assert installed.returncode == 0, installed.stderr
    lives = [
        f"{Path(__file__).relative_to(ROOT)}::test_a_life[{seed}]" for seed in range(ELSEWHERE)
    ]
    command = [python, "-m", "pytest", "-q", "--full", "-n0", "-p", "no:cacheprovider", *lives]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-50_000:] + done.stderr[-5_000:]


def uv(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the uv of this environment."""
    command = [sys.executable, "-m", "uv", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


Work = list[list[str]]
"""What is done on a branch: commands, and edits as `write`, a path and a text."""


def work_on(name: str, spec: dict[str, Any], new: dict[str, Any], random: Random) -> Work:
    """Return what somebody does on a branch of their own to one endpoint, beside adding one."""
    renamed = f"{name}_again"
    notes = [["write", f"app/endpoints/{name}.py"], ["write", f"tests/endpoints/test_{name}.py"]]
    changed = ["edit", name, format_line({**spec, "name": name})]
    kinds: list[Work] = [
        [["remove", name]],
        [changed, *notes],
        [*notes, changed],
        [["rename", name, renamed]],
        [*notes, ["rename", name, renamed]],
        [changed, ["rename", name, renamed], ["write", f"app/endpoints/{renamed}.py"]],
        [["write", "README.md"]] if name == "get_post" else notes,
    ]
    return [["add", format_line(new)], *random.choice(kinds)]


def do(folder: Path, work: Work, branch: str) -> None:
    """Do what is done on a branch, with a commit after each step."""
    for command, *arguments in work:
        if command == "write":
            path = folder / arguments[0]
            path.write_bytes(f"# mine: {branch}\n".encode() + path.read_bytes())
        else:
            done = run(command, *arguments, "--project", folder)
            assert done.status in (0, 3), done.stderr
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", command, "--allow-empty")


def specs(random: Random, number: int) -> list[dict[str, Any]]:
    """Return endpoints that go together, under names and paths of their own.

    Those that declare a model agree on its fields.
    """
    found: list[dict[str, Any]] = []
    while len(found) < number:
        spec = random.choice(pool())
        name = f"endpoint_{len(found)}"
        spec = {**spec, "name": name, "path": f"/v{len(found)}{spec['path']}"}
        try:
            check({"endpoints": [*found, spec]})
            names = [each["name"] for each in (*found, spec)]
            with_listed({"endpoints": [*ANSWERS["endpoints"], *found, spec]}, names, load())
        except InvalidSpec:
            continue
        found.append(spec)
    return found


@pytest.mark.full
@pytest.mark.parametrize("way", ["merge", "rebase", "cherry-pick"])
@pytest.mark.parametrize("seed", range(32))
def test_branches_come_to_what_their_work_in_a_row_comes_to(
    seed: int, way: str, project: Path, tmp_path: Path
) -> None:
    """Two to four people each work on an endpoint of their own, and add one."""
    random = Random(seed)
    branches = ["get_post", "list_posts", "export"][: random.randint(2, 3)]
    drawn = specs(random, 2 * len(branches))
    works = {
        name: work_on(name, *drawn[2 * at : 2 * at + 2], random) for at, name in enumerate(branches)
    }
    for name, value in (("name", "Ana"), ("email", "ana@example.com")):
        git(project, "config", f"user.{name}", value)
    row = tmp_path / "row"
    shutil.copytree(project, row)
    for branch, work in works.items():
        do(row, work, branch)
        git(project, "checkout", "-q", "-B", branch, "main")
        do(project, work, branch)
    git(project, "checkout", "-q", branches[0])
    for branch in branches[1:]:
        bring(project, way, branch)
    wanted, found = tree(row), tree(project)
    differing = [
        Change(path, wanted.get(path), found.get(path))
        for path in sorted(wanted.keys() | found.keys())
        if wanted.get(path) != found.get(path)
    ]
    assert not differing, f"{works}\n{unified_diff(differing)}"
    assert run("list", "--project", project).stderr == ""


def bring(folder: Path, way: str, branch: str) -> None:
    """Bring another branch to the one that is checked out, in a way of git's."""
    now = git(folder, "rev-parse", "--abbrev-ref", "HEAD")
    if way == "rebase":
        git(folder, "checkout", "-q", branch)
    command = {"merge": ["merge", branch], "rebase": ["rebase", now]}
    stopped = stops(folder, *command.get(way, ["cherry-pick", f"main..{branch}"]))
    going_on = {"merge": ["commit", "-qm", "x"]}.get(way, [way, "--continue"])
    while stopped:
        done = run("resolve", "--project", folder)
        assert done.status == 0, (done, git(folder, "diff"))
        git(folder, "add", "-A")
        empty = not git(folder, "status", "--porcelain") and way == "cherry-pick"
        more = ["cherry-pick", "--skip"] if empty else going_on
        stopped = stops(folder, "-c", "core.editor=true", *more)
    assert run("resolve", "--project", folder).status == 0
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "resolved", "--allow-empty")


def stops(folder: Path, *command: str) -> bool:
    """Run git, and say whether it stopped with conflicts."""
    try:
        git(folder, *command)
    except CalledProcessError:
        assert (folder / ".git/CHERRY_PICK_HEAD").exists() or git(folder, "ls-files", "-u")
        return True
    return False

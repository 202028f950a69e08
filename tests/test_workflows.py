"""What GitHub runs for this repository is valid, safe, and runs what there is."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scaffold.system.yaml_files import read_yaml
from tests.conftest import ROOT
from tests.programs import commit, git
from tools import release

GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
PINNED = re.compile(r"uses: [\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def program(name: str) -> str:
    """Return a linter of this environment."""
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    if found is None:
        pytest.skip(f"{name} is not in this environment")
    return found


def linted(*command: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a linter in a repository, without the network."""
    name, *arguments = command
    return subprocess.run(
        [program(name), *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def test_actionlint_has_nothing_to_say(tmp_path: Path) -> None:
    done = linted("actionlint", "-no-color", *map(str, WORKFLOWS))
    assert (done.returncode, done.stdout) == (0, "")
    broken = WORKFLOWS[0].read_text(encoding="utf-8").replace("runs-on", "run-on")
    (tmp_path / "broken.yml").write_text(broken, encoding="utf-8")
    assert linted("actionlint", str(tmp_path / "broken.yml")).returncode == 1


def test_zizmor_has_nothing_to_say(tmp_path: Path) -> None:
    """It looks for what an attacker could use: secrets, injections, too many permissions."""
    options = ("--offline", "--no-progress", "--persona=pedantic")
    done = linted("zizmor", *options, str(GITHUB))
    assert done.returncode == 0, done.stdout
    unpinned = re.sub(r"@[0-9a-f]{40}", "@v1", WORKFLOWS[0].read_text(encoding="utf-8"))
    (tmp_path / "broken.yml").write_text(unpinned, encoding="utf-8")
    assert linted("zizmor", *options, str(tmp_path / "broken.yml")).returncode != 0


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_and_tasks_exist(path: Path) -> None:
    """One action has one version everywhere, in generated projects too."""
    text = path.read_text(encoding="utf-8")
    used = re.findall(r"uses: .*", text)
    assert [line for line in used if not PINNED.fullmatch(line)] == []
    generated = (ROOT / "template/.github/workflows/ci.yml.jinja").read_text(encoding="utf-8")
    everywhere = generated + "".join(each.read_text(encoding="utf-8") for each in WORKFLOWS)
    for line in used:
        action = line.partition("@")[0]
        assert len(set(re.findall(rf"{action}@.*", everywhere))) == 1
    tasks = (ROOT / "tasks.py").read_text(encoding="utf-8")
    for name in re.findall(r"python tasks\.py (\w+)", text):
        assert f'    "{name}": ' in tasks
    for script in re.findall(r"bash (\S+)", text):
        assert (ROOT / script).is_file()


def test_only_a_release_is_published(tmp_path: Path) -> None:
    """What the workflow asks for: the number of a commit that sets another one."""
    numbers = ["1.0.0.dev0", "1.0.0", "1.0.0", "1.1.0.dev0", "1.1.0rc1"]
    git(tmp_path, "init", "-q")
    found = []
    for step, number in enumerate(numbers):
        text = f'[project]\nname = "x"\nversion = "{number}" # {step}\n'
        (tmp_path / "pyproject.toml").write_text(text)
        commit(tmp_path)
        found.append(release.number(tmp_path))
    assert found == [None, "1.0.0", None, None, "1.1.0rc1"]


def test_forms_and_dependabot_are_well_formed() -> None:
    """As GitHub's schema of issue forms has it."""
    for path in (GITHUB / "ISSUE_TEMPLATE").glob("*.yml"):
        form: dict[str, Any] = read_yaml(path)
        if path.stem == "config":
            assert form.keys() == {"blank_issues_enabled", "contact_links"}
            continue
        assert form.keys() >= {"name", "description", "body"}
        ids = [item["id"] for item in form["body"]]
        assert len(set(ids)) == len(ids)
        for item in form["body"]:
            assert item["type"] in ("textarea", "input", "dropdown", "checkboxes")
            assert item["attributes"]["label"]
    [updates] = read_yaml(GITHUB / "dependabot.yml")["updates"]
    assert updates["package-ecosystem"] == "github-actions"


def test_the_pythons_are_those_of_the_package() -> None:
    """The tests run on each that the metadata and SECURITY.md promise."""
    metadata = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    promised = re.findall(r'Python :: (3\.\d+)"', metadata)
    matrix = read_yaml(GITHUB / "workflows/tests.yml")["jobs"]["test"]["strategy"]["matrix"]
    assert matrix["python"] == promised
    security = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert f"Python {promised[0]} to {promised[-1]} are supported" in security

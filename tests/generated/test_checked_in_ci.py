"""Generated projects run `scaffold check` in CI and before commits, where they can fetch it."""

import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from scaffold.catalogue.patterns import template_root
from scaffold.errors import InvalidSpec
from scaffold.template.origin import Origin
from scaffold.template.renderer import Template
from tests.conftest import ROOT
from tests.programs import commit, copier, git, template_repository

CI, HOOKS, ANSWERS_FILE = (
    ".github/workflows/ci.yml",
    ".pre-commit-config.yaml",
    ".copier-answers.yml",
)
ADDRESS = "https://github.com/somebody/scaffold.git"
HASH = "0123456789abcdef0123456789abcdef01234567"


def rendered(origin: Origin, **answers: Any) -> dict[str, Any]:
    """Return what the YAML files of a project hold that was generated from a template."""
    given = {"project_name": "service", "endpoints": [], "application": [], **origin.data()}
    files = Template(template_root()).files(Path("service"), {**given, **answers})
    wanted = (CI, HOOKS, ANSWERS_FILE)
    return {file.path: yaml.safe_load(file.content) for file in files if file.path in wanted}


def installations(files: dict[str, Any]) -> list[str]:
    """Return from where CI and the hooks take the command."""
    (job,) = files[CI]["jobs"].values()
    runs = [shlex.split(step["run"]) for step in job["steps"] if "uvx" in step.get("run", "")]
    hooks = [
        f"{repository['repo']}@{repository['rev']}"
        for repository in files[HOOKS]["repos"]
        if {"id": "scaffold-check"} in repository["hooks"]
    ]
    for run in runs:
        assert run[3:5] == ["scaffold", "check"]
    return [run[2].removeprefix("git+") for run in runs] + hooks


@pytest.mark.parametrize(
    ("src", "version", "fetched"),
    [
        (ADDRESS, "v1.2.0", f"{ADDRESS}@v1.2.0"),
        ("git+https://git.example.com:8443/a/b", HASH, f"https://git.example.com:8443/a/b@{HASH}"),
        (
            "gh:somebody/scaffold",
            "v1.2.0-3-g0123456",
            "https://github.com/somebody/scaffold@0123456",
        ),
        ("https://user:token@example.com/a/b.git", "v1.2.0", None),
        ("https://example.com/a/b.git?token=secret", "v1.2.0", None),
        ("git@github.com:somebody/scaffold.git", "v1.2.0", None),
        ("git+file:///srv/scaffold", "v1.2.0", None),
        ("/srv/scaffold", "v1.2.0", None),
        (ADDRESS, None, None),
    ],
)
def test_ci_fetches_what_anybody_can_fetch(
    src: str, version: str | None, fetched: str | None
) -> None:
    """At the version of the project; elsewhere the step is left out, and refused."""
    origin = Origin(src, version)
    files = rendered(origin)
    assert installations(files) == ([fetched] * 2 if fetched else [])
    assert files[ANSWERS_FILE]["scaffold_check"] is (fetched is not None)
    assert installations(rendered(origin, scaffold_check=False)) == []
    if fetched is None:
        with pytest.raises(InvalidSpec, match=r"^scaffold_check: CI could not fetch the command"):
            rendered(origin, scaffold_check=True)


@pytest.mark.full
def test_a_project_that_does_not_say_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By plain Copier, until its owner says so."""
    url = template_repository(tmp_path / "template").removeprefix("git+")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.{url}.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", ADDRESS)
    project = tmp_path / "service"
    made = copier("copy", "--defaults", "--data", "endpoints=[]", ADDRESS, project)
    assert made.returncode == 0, made.stderr

    def read() -> dict[str, Any]:
        return {name: yaml.safe_load((project / name).read_text()) for name in (CI, HOOKS)}

    assert installations(read()) == [f"{ADDRESS}@v0.1.0"] * 2
    without = copier(
        "copy", "--defaults", "--force", "--data", "scaffold_check=false", "--data", "endpoints=[]",
        ADDRESS, project,
    )  # fmt: skip
    assert without.returncode == 0, without.stderr
    answers = project / ANSWERS_FILE
    answers.write_text(answers.read_text().replace("scaffold_check: false\n", ""))
    git(project, "init", "-q", "-b", "main")
    commit(project)
    (tmp_path / "template/template/NEW.md").write_text("New.\n")
    commit(tmp_path / "template", "v0.2.0")

    updated = copier("update", "--defaults", cwd=project)

    assert updated.returncode == 0, updated.stderr
    assert (project / "NEW.md").is_file()
    assert installations(read()) == []
    assert yaml.safe_load(answers.read_text())["scaffold_check"] is False
    commit(project)
    asked = ("--vcs-ref", ":current:", "--data", "scaffold_check=true")
    updated = copier("update", "--defaults", *asked, cwd=project)
    assert updated.returncode == 0, updated.stderr
    assert installations(read()) == [f"{ADDRESS}@v0.2.0"] * 2


@pytest.mark.full
def test_the_step_of_ci_works(tmp_path: Path, work: Path, environment: dict[str, str]) -> None:
    """As it stands in the workflow, with the commit of this clone."""
    head = git(ROOT, "rev-parse", "HEAD")
    files = rendered(Origin(ADDRESS, head))
    (job,) = files[CI]["jobs"].values()
    (step,) = [each["run"] for each in job["steps"] if "uvx" in each.get("run", "")]
    settings = environment | {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{ROOT.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": ADDRESS,
        "UV_CACHE_DIR": str(tmp_path / "uv"),
    }
    (work / "app.py").write_text(
        "from fastapi import FastAPI, Response\n\napp = FastAPI()\n\n\n"
        '@app.get("/")\ndef login(response: Response) -> None:\n'
        '    response.set_cookie("session", "token")\n'
    )
    for status in (1, 0):
        ran = subprocess.run(
            step, shell=True, cwd=work, env=settings, capture_output=True, text=True, check=False
        )
        assert ran.returncode == status, ran.stderr
        assert ("::error" in ran.stdout) == (status == 1), ran.stdout
        (work / "app.py").write_text("from fastapi import FastAPI\n\napp = FastAPI()\n")

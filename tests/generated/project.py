"""Generated projects, and their own checks run in this interpreter's environment."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from filelock import FileLock

from scaffold.catalogue.patterns import template_root
from scaffold.project.files import read_tree
from scaffold.project.layout import Layout, placed
from scaffold.spec.check import check
from scaffold.system.yaml_files import read_yaml
from scaffold.template.renderer import render

TYPES = TemporaryDirectory(prefix="types-")
"""What mypy learned in this process."""

APPLICATION = """\
from fastapi import FastAPI

from app.include import include_endpoints

app = FastAPI()
include_endpoints(app)
"""
"""An application that serves what is generated, and nothing else."""


@dataclass(frozen=True)
class Project:
    """A generated project."""

    folder: Path

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a module of this environment inside the project, without plugins it does not have."""
        own = {
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTEST_PLUGINS": "anyio.pytest_plugin",  # comes with Starlette
        }
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=self.folder,
            env={**os.environ, **own, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def must(self, *arguments: str) -> str:
        """Run a module and fail with its output unless it succeeds."""
        ran = self.run(*arguments)
        assert ran.returncode == 0, f"{' '.join(arguments)}\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout

    def lint(self) -> None:
        """Check that ruff, ruff format and mypy --strict have nothing to say."""
        self.must("ruff", "check", "--no-cache", ".")
        self.must("ruff", "format", "--no-cache", "--check", ".")
        self.check_types("app", "tests")

    def check_types(self, *folders: str) -> None:
        """Check that mypy --strict has nothing to say.

        What it learns about libraries takes it longest: the first process of a run learns it for
        all of them.
        """
        mypy = ("mypy", "--strict", "--cache-dir", TYPES.name)
        own, shared = Path(TYPES.name), Path(os.environ["COMPILED_TEMPLATES"], "types")
        if not any(own.iterdir()):
            with FileLock(f"{shared}.lock"):
                if not shared.exists():
                    self.run(*mypy, *folders)
                    shutil.copytree(own, shared)
            shutil.copytree(shared, own, dirs_exist_ok=True)
        self.must(*mypy, *folders)

    def test(self, *arguments: str) -> None:
        """Check that the project's own tests pass, with a folder of their own for files.

        Who makes several of them at once in the same place may remove those of others.
        """
        own = f"--basetemp={self.folder.parent / 'pytest'}"
        # Modules that run once are not worth rewriting their assertions.
        how = ("-q", "-p", "no:cacheprovider", "-W", "error", "--assert=plain", own)
        self.must("pytest", *how, *arguments)


def generate(folder: Path, *, preset: str | None = None, **answers: Any) -> Project:
    """Render a project from a preset, or from answers, as the command does: nothing invalid.

    It has the toolkit's own tests, which this repository runs in generated projects.
    """
    given = read_yaml(template_root() / "presets" / f"{preset}.yml") if preset else {}
    check(given | answers)
    render(folder, {"project_name": "service", "toolkit_tests": True, **given, **answers})
    return Project(folder)


def adopted(folder: Path, *, preset: str | None = None, **answers: Any) -> Project:
    """Render what an application that was there before gets, beside the smallest that there is."""
    layout = Layout(application="service:app")
    project = generate(folder, preset=preset, layout=layout.answer(), **answers)
    for path, file in placed(read_tree(folder), layout).items():
        (folder / path).write_bytes(file.content)
    (folder / "service.py").write_text(APPLICATION, encoding="utf-8")
    return project

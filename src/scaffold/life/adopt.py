"""`scaffold adopt`: let a project that was not generated take generated endpoints.

It gets an answers file, the list of routers, the toolkit and what their tests need. Every file that
is there already, and every file about the project as a whole, stays its owner's: the answers file
lists them under `own_files`, and no later command touches them.
"""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffold.catalogue.patterns import template_root
from scaffold.errors import Refused
from scaffold.life.entry_point import find_entry_point, with_endpoints
from scaffold.life.operations import Plan
from scaffold.life.requirements import requirements
from scaffold.merge.trees import Change, merge
from scaffold.project.files import File, Tree, read_file
from scaffold.project.sources import Direct
from scaffold.project.state import ANSWERS_FILE, Project
from scaffold.system.signals import terminable
from scaffold.template.origin import find_origin

KEPT_FOLDERS = ("app/", "tests/")
"""Where adopted projects get files; everything else is about the project as a whole."""

CONFTEST = "tests/conftest.py"
TESTED = "app/main.py"
"""The module from which generated tests import `create_app`."""


@dataclass(frozen=True)
class Adoption:
    """What `scaffold adopt` does.

    Attributes:
        plan: the new files.
        entry: the change of the module that makes the application, which needs consent.
    """

    plan: Plan
    entry: Change


def adopt(folder: Path | None = None, entry: Path | None = None) -> Adoption:
    """Plan the adoption of the project in a folder, the current one when None.

    Args:
        folder: the project.
        entry: the module that makes the application; looked for when None.

    Raises:
        Refused: it is a generated project, or a module hides the package `app`.
        UsageMistake: the module that makes the application cannot be told.
    """
    with terminable():
        project_folder = (folder or Path.cwd()).resolve()
        if (project_folder / ANSWERS_FILE).exists():
            raise Refused(f"{ANSWERS_FILE} is there already", "use `scaffold add`")
        if (project_folder / "app.py").exists():
            raise Refused(
                "app.py hides the package app, which endpoints go into", "rename it first"
            )
        found = find_entry_point(project_folder, entry).as_posix()
        source = Direct(template_root(), find_origin())
        answers = _answers(project_folder)
        whole = source.render(answers)
        own = [path for path in sorted(whole) if _stays(project_folder, path)]
        answers |= {"own_files": own}
        wanted = source.render(answers) | _fixtures(whole, own)
        project = Project(project_folder, answers, source.origin)
        changes = tuple(merge({}, wanted, project_folder))
        notes = (
            f"add to your dependencies: {', '.join(requirements(source, answers))}",
            "add to your development dependencies: httpx2, openapi-spec-validator, pytest; and let "
            'pytest find the packages: pythonpath = ["."] under [tool.pytest.ini_options]',
        )
        plan = Plan(project, source.origin, changes, notes)
        return Adoption(plan, _entry_change(project_folder, found))


def _answers(folder: Path) -> dict[str, Any]:
    """Return answers that follow from the project itself, and no endpoint yet."""
    try:
        text = (folder / "pyproject.toml").read_text(encoding="utf-8")
        declared = tomllib.loads(text).get("project", {})
    except (OSError, ValueError):
        declared = {}
    name = re.sub(r"[^a-z0-9]+", "-", str(declared.get("name", folder.name)).lower())
    answers: dict[str, Any] = {
        "project_name": re.sub(r"\A[^a-z]+|-+\Z", "", name)[:60].rstrip("-") or "service",
        "application": [],
        "endpoints": [],
    }
    oldest = re.search(r">=\s*(3\.1[1-4])\b", str(declared.get("requires-python", "")))
    return answers | ({"python_version": oldest[1]} if oldest else {})


def _stays(folder: Path, path: str) -> bool:
    """Say whether a generated file is left to the owner of the project."""
    if path == ANSWERS_FILE:
        return False
    return not path.startswith(KEPT_FOLDERS) or read_file(folder / path) is not None


def _fixtures(whole: Tree, own: list[str]) -> Tree:
    """Return the fixtures of generated tests beside those, where the project has its own."""
    if CONFTEST not in own:
        return {}
    return {"tests/endpoints/conftest.py": whole[CONFTEST]}


def _entry_change(folder: Path, path: str) -> Change:
    before = read_file(folder / path)
    assert before is not None
    if before.link:
        raise Refused(f"{path} is a link", "name the module itself with --entry")
    content = with_endpoints(path, before.content, tested=path == TESTED)
    return Change(path, before, File(content, before.executable), edited=True)

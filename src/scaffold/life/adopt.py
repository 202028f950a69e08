"""`scaffold adopt`: let an application that was there before serve generated endpoints.

Generated code gets a package of its own inside of the owner's, and generated tests a folder of
their own. The application stays what it is: one line in the module that makes it
includes the endpoints. Nothing else of the owner's is written.
"""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from scaffold.catalogue.patterns import template_root
from scaffold.errors import Refused
from scaffold.life.entry_point import EntryPoint, find_entry_point, owners_modules
from scaffold.life.included import with_endpoints
from scaffold.life.operations import Plan
from scaffold.life.places import import_of, layout_of
from scaffold.life.pyproject import table
from scaffold.life.requirements import TESTING, requirements, to_add
from scaffold.merge.trees import Change, merge
from scaffold.project.files import File, read_content, read_file
from scaffold.project.layout import Layout
from scaffold.project.sources import Direct
from scaffold.project.state import ANSWERS_FILE, Project, parse_answers
from scaffold.system.signals import terminable
from scaffold.template.origin import find_origin

INVALID_REQUESTS = re.compile(
    rb"exception_handler\(\s*RequestValidationError|[{,]\s*RequestValidationError\s*:"
)
"""Where a module registers what answers requests that do not fit."""


def adopt(folder: Path | None = None, entry: str | None = None) -> Plan:
    """Plan the adoption of the project in a folder, the current one when None.

    Args:
        folder: the project.
        entry: what makes the application, as a file or module with `:name` behind it or without;
            looked for when None.

    Raises:
        Refused: it is a generated project, or something of it cannot be changed.
        UsageMistake: what makes the application cannot be told.
    """
    with terminable():
        here = (folder or Path.cwd()).resolve()
        if (here / ANSWERS_FILE).exists():
            raise _already(here)
        found = find_entry_point(here, entry)
        layout = layout_of(here, found)
        source = Direct(template_root(), find_origin())
        answers = _answers(here) | {"layout": layout.answer()}
        changes = [*merge({}, source.render(answers), here), _entry_change(here, found, layout)]
        changes.sort(key=lambda change: change.path)
        plan = Plan(Project(here, answers, source.origin), source.origin, tuple(changes))
        return replace(
            plan, notes=tuple(_notes(here, found, layout, requirements(source, answers)))
        )


def _already(folder: Path) -> Refused:
    """Return why a project with an answers file, which may be another template's, is refused."""
    if "endpoints" in parse_answers(read_content(folder / ANSWERS_FILE)[0]):
        return Refused(f"{ANSWERS_FILE} is there already", "use `scaffold add`")
    other = ".copier-answers.other.yml"
    return Refused(
        f"{ANSWERS_FILE} is there already, and another template's",
        f"rename it to {other}, which `copier update --answers-file {other}` reads from then on",
    )


def entry_change(plan: Plan) -> Change:
    """Return the change of the owner's own module."""
    return next(change for change in plan.changes if change.before is not None)


def _answers(folder: Path) -> dict[str, Any]:
    """Return answers that follow from the project itself, and no endpoint yet."""
    declared = table(folder, "project")
    name = re.sub(r"[^a-z0-9]+", "-", str(declared.get("name", folder.name)).lower())
    answers: dict[str, Any] = {
        "project_name": re.sub(r"\A[^a-z]+|-+\Z", "", name)[:60].rstrip("-") or "service",
        "application": [],
        "endpoints": [],
    }
    oldest = re.search(r">=\s*(3\.1[1-4])\b", str(declared.get("requires-python", "")))
    return answers | ({"python_version": oldest[1]} if oldest else {})


def _entry_change(folder: Path, found: EntryPoint, layout: Layout) -> Change:
    path = found.made.module.path.as_posix()
    before = read_file(folder / path)
    assert before is not None
    if before.link:
        raise Refused(f"{path} is a link", "name the module itself with --entry")
    content = with_endpoints(found.made, before.content, import_of(folder, found, layout))
    return Change(path, before, File(content, before.executable), edited=True)


def _notes(folder: Path, found: EntryPoint, layout: Layout, needed: list[str]) -> list[str]:
    """Return what is left to do for the owner."""
    notes = [*to_add(folder, needed), *to_add(folder, TESTING, development=True)]
    if found.name.endswith("()") and found.made.needs_arguments:
        notes.append(
            f"{found.name.removesuffix('()')} takes arguments: write in "
            f"{layout.tests}/application.py what the generated tests give it"
        )
    if "dependencies=" in found.made.module.text.text(found.made.statement):
        notes.append(
            "the application asks something of every request: let the generated tests override "
            f"that dependency in {layout.tests}/application.py"
        )
    if any(map(_answers_invalid_requests, owners_modules(folder))):
        notes.append(
            "your handler of RequestValidationError answers for generated endpoints, too, while "
            "their tests and the document expect 422"
        )
    return notes


def _answers_invalid_requests(module: Path) -> bool:
    try:
        text = read_content(module)[0]
    except OSError:
        return False
    return INVALID_REQUESTS.search(text) is not None

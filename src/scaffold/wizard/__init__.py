"""Ask a person in a terminal, step by step, and return what a data file would hold.

    questions.py        what can be asked: a form, or a menu; plain data and its edits
    draft.py            what has been answered so far
    endpoint.py         what fits an endpoint, and what does not and why
    bench.py            the catalogue and the template, and what they make of a draft
    step.py             what a step is
    fields.py           the value of an option as text, and back
    endpoint_steps.py   the steps that compose one endpoint
    resource_step.py    the step that adds a table with its endpoints
    project_steps.py    the steps around them: the project, the list of endpoints, the files
    journey.py          from step to step and back; what each key does
    view.py             a question and its preview as lines of a given width
    command.py          the command that repeats what was answered
    terminal.py         the only module that knows a terminal (prompt_toolkit)

Everything but the last is pure: a state and a key give the next state, and a state and a size give
a screen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOOK = "The tree of the project and every file in it; nothing is written yet."
ADD = "These endpoints, and no other change."


@dataclass(frozen=True)
class Composed:
    """What a person wants: the project's folder, its answers, and the command that repeats them."""

    folder: Path
    answers: Mapping[str, Any]
    command: str


def compose_project(
    folder: Path | None, given: Mapping[str, Any], flags: Sequence[str] = ()
) -> Composed:
    """Ask for a whole project.

    Args:
        folder: where it is to be made; asked for when None.
        given: answers that the command line gives already; they stand in the questions.
        flags: what the command was given besides, to be repeated too.

    Raises:
        KeyboardInterrupt: the person left.
    """
    from scaffold.template.origin import find_origin
    from scaffold.wizard import project_steps as steps
    from scaffold.wizard.bench import Bench
    from scaffold.wizard.command import canonical, in_shell, repeating
    from scaffold.wizard.draft import OWN
    from scaffold.wizard.endpoint_steps import ENDPOINT_STEPS
    from scaffold.wizard.journey import started
    from scaffold.wizard.resource_step import ResourceStep
    from scaffold.wizard.terminal import run

    bench = Bench()
    draft = steps.first_draft(bench, folder, given)
    asked = [
        steps.ProjectStep(bench, ask_folder=folder is None),
        steps.StartStep(bench),
        steps.ApplicationStep(bench),
        steps.ApplicationOptionsStep(bench),
        *(step(bench) for step in ENDPOINT_STEPS),
        ResourceStep(bench),
        steps.EndpointsStep(bench, done="Look at the files", about=LOOK, following="files"),
        steps.FilesStep(bench, find_origin().data()),
    ]
    draft = run(started(asked, draft), "scaffold new").draft
    preset = None if draft.start == OWN else draft.start
    answers = canonical(preset, draft.answers())
    folder = Path(draft.folder).expanduser()
    words = repeating(folder, preset, answers, defaults=bench.defaults(draft), flags=flags)
    return Composed(folder, answers, in_shell(words))


def compose_endpoints(
    endpoints: Sequence[Mapping[str, Any]],
    application: Sequence[Any] = (),
    models: Sequence[Mapping[str, Any]] = (),
    resources: Sequence[Mapping[str, Any]] = (),
    root: Path | None = None,
) -> dict[str, list[dict[str, Any]]]:
    """Ask for endpoints and resources to add to a project.

    Args:
        endpoints: those that it has already, as its answers hold them.
        application: the patterns around the application, as its answers hold them.
        models: those that endpoints can name, as its answers hold them.
        resources: those that endpoints can name, in the same way.
        root: the project's template; the one that comes with the command when None.

    Returns:
        The new models, resources and endpoints, as a data file holds them.

    Raises:
        KeyboardInterrupt: the person left.
    """
    from scaffold.spec.lines import format_line, parse_line
    from scaffold.wizard.bench import Bench
    from scaffold.wizard.draft import Draft
    from scaffold.wizard.endpoint_steps import ENDPOINT_STEPS
    from scaffold.wizard.journey import started
    from scaffold.wizard.project_steps import EndpointsStep, opened_new
    from scaffold.wizard.resource_step import ResourceStep
    from scaffold.wizard.step import DONE
    from scaffold.wizard.terminal import run

    bench = Bench(root)
    had = tuple(dict(endpoint) for endpoint in endpoints)
    there = Draft(
        models=tuple(map(dict, models)),
        resources=tuple(map(dict, resources)),
        application=tuple(application),
        endpoints=had,
        kept=len(had),
    )
    draft = opened_new(bench, there)
    asked = [
        *(step(bench) for step in ENDPOINT_STEPS),
        ResourceStep(bench),
        EndpointsStep(bench, done="Add what is listed below", about=ADD, following=DONE),
    ]
    found = run(started(asked, draft), "scaffold add").draft
    added = found.endpoints[len(had) :]
    return {
        "models": list(found.models[len(there.models) :]),
        "resources": list(found.resources[len(there.resources) :]),
        "endpoints": [parse_line(format_line(endpoint), bench.catalogue) for endpoint in added],
    }

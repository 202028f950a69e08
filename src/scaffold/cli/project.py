"""The commands on an existing project.

This and `scaffold.cli.app` are the only places that print and that decide an exit status.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scaffold.cli import completion
from scaffold.cli.console import (
    LINE_IS,
    Json,
    Lines,
    boundary,
    can_answer,
    require_terminal,
    say,
    show,
)
from scaffold.cli.quick import QuickCommand
from scaffold.errors import LEFT_TO_DECIDE, UPDATE_AVAILABLE, InvalidSpec
from scaffold.system.display import in_one_line

if TYPE_CHECKING:
    from scaffold.life.operations import Plan
    from scaffold.life.own_tests import Comparison
    from scaffold.life.updates import Check
    from scaffold.merge.trees import Change
    from scaffold.project.sources import Source
    from scaffold.project.state import Project

AT_VERSION = "at this version already"

app = typer.Typer()

Where = Annotated[
    Path | None,
    typer.Option(
        "--project", metavar="DIR", help="The project; else this folder or the nearest above it."
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the difference; write nothing.")]
To = Annotated[
    str | None,
    typer.Option(metavar="REF", help="A version, tag, branch or commit; else the newest one."),
]
Force = Annotated[
    bool, typer.Option("--force", help="Delete files, too, that hold edits of yours.")
]


@dataclass(frozen=True)
class Way:
    """How a plan is wanted.

    Attributes:
        force: delete edited files, too.
        dry_run: show the difference, and write nothing.
        as_json: print the result as JSON.
        test: run the project's tests before and after.
        previewed: what happens to which file has been shown already.
    """

    force: bool = False
    dry_run: bool = False
    as_json: bool = False
    test: bool = False
    previewed: bool = False


@app.command(epilog=LINE_IS)
def add(
    lines: Lines = None,
    data_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="A YAML file with models, resources, endpoints, application."
        ),
    ] = None,
    project: Where = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Add endpoints, models and resources to a project.

    What is there already changes nothing.
    """
    with boundary():
        from scaffold.life import operations
        from scaffold.life.additions import gather_additions

        composed: dict[str, Any] = {}
        if not lines and data_file is None:
            require_terminal("give endpoint lines or --data-file")
            composed = composed_parts(project)
        with changing(project, dry_run) as (found, source):
            given = gather_additions(lines or (), data_file, source, found.answers)
            added = replace(given, **composed)
            plan = operations.add(found, source, added)
            finish(plan, "there already", Way(dry_run=dry_run, as_json=as_json))


@contextmanager
def changing(project: Path | None, dry_run: bool) -> Iterator[tuple["Project", "Source"]]:
    """Yield a project that a command changes, and its template; see `at_work`."""
    from scaffold.life.operations import opened

    with at_work(project, dry_run) as folder, opened(folder) as found:
        yield found


@contextmanager
def at_work(project: Path | None, dry_run: bool) -> Iterator[Path]:
    """Yield the folder of a project that a command changes, or else only looks at.

    Args:
        project: the folder that is given.
        dry_run: whether the command only looks.
    """
    from scaffold.project.state import find_folder

    folder = find_folder(project)
    with taking_turns(folder, dry_run):
        yield folder


@contextmanager
def taking_turns(folder: Path, dry_run: bool) -> Iterator[None]:
    """Have a folder alone unless the command only looks, and say what others have left in it."""
    from scaffold.life.turns import turn, unfinished

    with nullcontext() if dry_run else turn(folder):
        for note in unfinished(folder):
            say(note, "note")
        yield


def composed_parts(project: Path | None) -> dict[str, Any]:
    """Return the models, resources and endpoints that a person composes in the wizard."""
    from scaffold.life.operations import opened
    from scaffold.wizard import compose_endpoints

    with opened(project) as (found, _):
        answers = found.answers
    beside = (answers.get("application", []), found.models, found.resources)
    return compose_endpoints(answers["endpoints"], *beside)


@app.command()
def remove(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME",
            help="The name of an endpoint or a model.",
            autocompletion=completion.names,
        ),
    ],
    project: Where = None,
    force: Force = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Remove endpoints and models from a project, with tests and what only they needed."""
    with boundary():
        from scaffold.life import operations

        with changing(project, dry_run) as (found, source):
            plan = operations.remove(found, source, names)
            finish(plan, "gone already", Way(force, dry_run, as_json))


@app.command()
def rename(
    old: Annotated[
        str,
        typer.Argument(
            metavar="OLD",
            help="The name of the endpoint or model.",
            autocompletion=completion.names,
        ),
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Its new name.")],
    project: Where = None,
    force: Force = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Give an endpoint or a model another name; your edits in its modules move along."""
    with boundary():
        from scaffold.life import operations

        with changing(project, dry_run) as (found, source):
            plan = operations.rename(found, source, old, new)
            finish(plan, "named so already", Way(force, dry_run, as_json))


@app.command(epilog=LINE_IS)
def edit(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="The name of the endpoint or model.",
            autocompletion=completion.names,
        ),
    ],
    line: Annotated[
        str,
        typer.Argument(
            metavar="LINE",
            help="What it becomes; keeps NAME without `as`.",
            autocompletion=completion.endpoint_lines,
        ),
    ],
    project: Where = None,
    force: Force = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Change an endpoint's line, or a model's fields; your edits are merged with that."""
    with boundary():
        from scaffold.life import operations

        with changing(project, dry_run) as (found, source):
            wanted = operations.read_edit(name, line, source)
            try:
                plan = operations.edit(found, source, name, wanted)
            except InvalidSpec as mistake:
                mistake.line, mistake.models = operations.edited_line(wanted), found.models
                raise
            finish(plan, "so already", Way(force, dry_run, as_json))


@app.command("list", cls=QuickCommand)
def list_(project: Where = None, as_json: Json = False) -> None:
    """List a project's endpoints and models, and which files were edited or are missing."""
    with boundary():
        from scaffold.life.listing import list_endpoints
        from scaffold.shown.pages import to_json
        from scaffold.shown.project import listing_data, listing_page

        with at_work(project, dry_run=True) as folder:
            listing = list_endpoints(folder)
        show(to_json(listing_data(listing)) if as_json else listing_page(listing))
        for note in listing.notes:
            say(note, "note")


@app.command()
def update(
    to: To = None,
    data: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Another value for an answer, such as license."),
    ] = None,
    project: Where = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Only say whether there is one: exit status 5 if so."),
    ] = False,
    test: Annotated[
        bool, typer.Option("--test", help="Run the project's tests before and after.")
    ] = False,
    force: Force = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask after the preview.")] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Bring a newer template to a project; your edits are merged with it.

    Shows first what will happen, and asks in a terminal. Conflicts are marked and listed.
    """
    with boundary():
        from scaffold.life import updates

        with at_work(project, dry_run or check) as folder:
            if check:
                show_check(updates.check(folder, to), as_json=as_json)
                return
            with updates.prepared(folder, to, data or ()) as plan:
                shown = bool(plan.changes) and not (dry_run or as_json)
                if shown:
                    preview(plan, ask=not yes)
                finish(plan, AT_VERSION, Way(force, dry_run, as_json, test, previewed=shown))


@app.command()
def diff(
    to: To = None,
    project: Where = None,
    as_json: Json = False,
) -> None:
    """Show what `scaffold update` would change; nothing is written."""
    with boundary():
        from scaffold.life import updates

        with (
            at_work(project, dry_run=True) as folder,
            updates.prepared(folder, to) as plan,
        ):
            finish(plan, AT_VERSION, Way(dry_run=True, as_json=as_json))


@app.command()
def resolve(
    ours: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="An endpoint, or answer, to have as git is at it."),
    ] = None,
    theirs: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="The same, as what git merges into that has it."),
    ] = None,
    project: Where = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Merge two branches by what they say about endpoints, where git has merged text.

    Run it in the middle of a merge, rebase or cherry-pick that stopped, or right after one.
    """
    with boundary():
        from scaffold.life import branches

        with at_work(project, dry_run) as folder:
            plan = branches.resolve(folder, ours or (), theirs or ())
            finish(plan, "merged already", Way(dry_run=dry_run, as_json=as_json))


@app.command()
def adopt(
    project: Where = None,
    entry: Annotated[
        str | None,
        typer.Option(metavar="FILE[:NAME]", help="What makes the application; else looked for."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write it all without asking.")] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Let an application that was not generated serve generated endpoints.

    Shows first which files come, and how the module changes that makes the application, and asks.
    Nothing else of yours is written, and nothing of it is run.
    """
    with boundary():
        from scaffold.life import adopt as adopting

        folder = (project or Path.cwd()).resolve()
        with taking_turns(folder, dry_run):
            plan = adopting.adopt(folder, entry)
            asked = not (yes or dry_run)
            if asked:
                ask_for(plan, adopting.entry_change(plan))
            finish(plan, "adopted already", Way(dry_run=dry_run, as_json=as_json, previewed=asked))
        if not (dry_run or as_json):
            say_findings(folder, plan.project.layout.folder)


def ask_for(plan: "Plan", change: "Change") -> None:
    """Show what is written, the change of the owner's module as a diff, and let a person say no.

    Raises:
        Refused: there is nobody to ask.
    """
    from scaffold.errors import Refused
    from scaffold.shown import project as pages

    show(pages.plan_page(plan))
    show(pages.unified_diff([change]), exact=True)
    if not can_answer():
        raise Refused("nothing was written, as there is nobody to ask", "use --yes")
    typer.confirm("Go on?", default=True, abort=True, err=True)


def say_findings(folder: Path, generated: str) -> None:
    """Say how many answers of an application are wrong on the wire, by reading its files."""
    from scaffold.cli.checking import statistics_of

    found = statistics_of(folder, generated)
    if found:
        say("found in the code that was there, by rule; `scaffold check` shows each:")
        show(found)
    else:
        say("`scaffold check` finds nothing in the code that was there")


def show_check(found: "Check", *, as_json: bool) -> None:
    """Print whether there is an update, and exit."""
    from scaffold.shown.pages import to_json
    from scaffold.shown.project import check_data, check_page

    show(to_json(check_data(found)) if as_json else check_page(found))
    if found.available:
        raise typer.Exit(UPDATE_AVAILABLE)


def preview(plan: "Plan", *, ask: bool) -> None:
    """Show what an update will do, and let a person who sees it say no."""
    from scaffold.shown import project as pages

    say(in_one_line(f"From {plan.project.origin.commit} to {plan.target.commit}:"))
    show(pages.plan_page(plan))
    if ask and can_answer():
        typer.confirm("Go on?", default=True, abort=True, err=True)


def finish(plan: "Plan", unchanged: str, way: Way) -> None:
    """Carry a plan out, or only show it, and exit.

    Args:
        plan: what to do.
        unchanged: what to say where there is nothing to do.
        way: how it is wanted.
    """
    from scaffold.life.operations import carry_out
    from scaffold.life.own_tests import compare

    comparison = None
    if way.dry_run:
        print_plan(plan, unchanged, way)
        return
    if way.test:
        comparison = compare(plan.project.folder, lambda: carry_out(plan, force=way.force))
    else:
        carry_out(plan, force=way.force)
    print_plan(plan, unchanged, way, comparison)
    if plan.conflicts or (comparison is not None and comparison.broken):
        raise typer.Exit(LEFT_TO_DECIDE)


def print_plan(
    plan: "Plan", unchanged: str, way: Way, comparison: "Comparison | None" = None
) -> None:
    """Print what is done, or would be: the result, and messages about it."""
    from scaffold.shown import project as pages
    from scaffold.shown.pages import to_json

    if way.as_json:
        data = pages.plan_data(plan, comparison, applied=not way.dry_run)
        show(to_json(data))
    elif plan.changes and way.dry_run:
        show(pages.unified_diff(plan.changes), exact=True)
    elif plan.changes and not way.previewed:
        show(pages.plan_page(plan))
    if comparison is not None and not way.as_json:
        show(pages.tests_page(comparison))
    for message in pages.messages(plan, unchanged, dry_run=way.dry_run):
        say(message)

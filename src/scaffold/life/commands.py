"""The commands on an existing project.

This and `scaffold.cli` are the only places that print and that decide an exit status.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scaffold.console import Json, boundary, require_terminal, say

if TYPE_CHECKING:
    from scaffold.life.operations import Plan
    from scaffold.life.updates import Check

LEFT_TO_DECIDE = 3
"""Done, but conflicts, or tests that fail since, are left."""
UPDATE_AVAILABLE = 5
"""What `scaffold update --check` exits with."""
AT_VERSION = "at this version already"

app = typer.Typer()

Where = Annotated[
    Path | None,
    typer.Option(
        "--project", metavar="DIR", help="The project; else this folder or the nearest above it."
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the difference; write nothing.")]
Force = Annotated[
    bool, typer.Option("--force", help="Delete files, too, that hold edits of yours.")
]


@app.command()
def add(
    lines: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[LINE]...",
            help="An endpoint, such as 'GET /posts json-model(model=Post) as list_posts'.",
            show_default=False,
        ),
    ] = None,
    data_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A YAML file with endpoints, application patterns."),
    ] = None,
    project: Where = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Add endpoints to a project.

    One that is there already changes nothing.
    """
    with boundary():
        from scaffold.life import operations
        from scaffold.life.additions import gather_additions

        if not lines and data_file is None:
            require_terminal("give endpoint lines or --data-file")
        with operations.opened(project) as (found, source):
            added = gather_additions(lines or (), data_file, source)
            plan = operations.add(found, source, added.endpoints, added.application)
            finish(plan, "there already", dry_run=dry_run, as_json=as_json)


@app.command()
def remove(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="An endpoint's name.")],
    project: Where = None,
    force: Force = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Remove endpoints from a project, with their tests and what only they needed."""
    with boundary():
        from scaffold.life import operations

        with operations.opened(project) as (found, source):
            plan = operations.remove(found, source, names)
            finish(plan, "gone already", force=force, dry_run=dry_run, as_json=as_json)


@app.command()
def rename(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The endpoint's name.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Its new name.")],
    project: Where = None,
    force: Force = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Give an endpoint another name; your edits in its module and tests move along."""
    with boundary():
        from scaffold.life import operations

        with operations.opened(project) as (found, source):
            plan = operations.rename(found, source, old, new)
            finish(plan, "named so already", force=force, dry_run=dry_run, as_json=as_json)


@app.command()
def edit(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The endpoint's name.")],
    line: Annotated[
        str, typer.Argument(metavar="LINE", help="What it becomes; keeps NAME without `as`.")
    ],
    project: Where = None,
    force: Force = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Change an endpoint's path, method or patterns; your edits are merged with that."""
    with boundary():
        from scaffold.life import operations

        with operations.opened(project) as (found, source):
            wanted = operations.read_edit(name, line, source)
            plan = operations.edit(found, source, name, wanted)
            finish(plan, "so already", force=force, dry_run=dry_run, as_json=as_json)


@app.command("list")
def list_(project: Where = None, as_json: Json = False) -> None:
    """List a project's endpoints, and which of their files were edited or are missing."""
    with boundary():
        from scaffold.life.listing import list_endpoints
        from scaffold.life.pages import listing_data, listing_page
        from scaffold.pages import to_json

        listing = list_endpoints(project)
        typer.echo(to_json(listing_data(listing)) if as_json else listing_page(listing))
        for note in listing.notes:
            say(f"note: {note}")


@app.command()
def update(
    to: Annotated[
        str | None,
        typer.Option(metavar="REF", help="A version, tag, branch or commit; else the newest one."),
    ] = None,
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

        if check:
            show_check(updates.check(project, to), as_json=as_json)
            return
        with updates.prepared(project, to, data or ()) as plan:
            if plan.changes and not (dry_run or as_json):
                preview(plan, ask=not yes)
            if test and not dry_run:
                tested(plan, force=force, as_json=as_json)
            else:
                finish(plan, AT_VERSION, force=force, dry_run=dry_run, as_json=as_json)


@app.command()
def diff(
    to: Annotated[
        str | None,
        typer.Option(metavar="REF", help="A version, tag, branch or commit; else the newest one."),
    ] = None,
    project: Where = None,
    as_json: Json = False,
) -> None:
    """Show what `scaffold update` would change; nothing is written."""
    with boundary():
        from scaffold.life import updates

        with updates.prepared(project, to) as plan:
            finish(plan, AT_VERSION, dry_run=True, as_json=as_json)


def show_check(found: "Check", *, as_json: bool) -> None:
    """Print whether there is an update, and exit."""
    from scaffold.life.pages import check_data, check_page
    from scaffold.pages import to_json

    typer.echo(to_json(check_data(found)) if as_json else check_page(found))
    if found.available:
        raise typer.Exit(UPDATE_AVAILABLE)


def preview(plan: "Plan", *, ask: bool) -> None:
    """Show what an update will do, and let a person who sees it say no."""
    from scaffold.life import pages

    say(f"From {plan.project.origin.commit} to {plan.target.commit}:")
    say(pages.plan_page(plan))
    if ask and sys.stdin.isatty() and sys.stdout.isatty():
        typer.confirm("Go on?", default=True, abort=True, err=True)


def tested(plan: "Plan", *, force: bool, as_json: bool) -> None:
    """Carry a plan out between two runs of the project's tests; print, and exit."""
    from scaffold.life import pages
    from scaffold.life.operations import carry_out
    from scaffold.life.own_tests import compare
    from scaffold.pages import to_json

    comparison = compare(plan.project.folder, lambda: carry_out(plan, force=force))
    data = pages.plan_data(plan, applied=True) | {"tests": pages.tests_data(comparison)}
    if as_json:
        typer.echo(to_json(data))
    else:
        show(plan, AT_VERSION, dry_run=False, as_json=False)
        typer.echo(pages.tests_page(comparison))
    if plan.conflicts or comparison.broken:
        raise typer.Exit(LEFT_TO_DECIDE)


def finish(
    plan: "Plan", unchanged: str, *, force: bool = False, dry_run: bool, as_json: bool
) -> None:
    """Carry a plan out, or show it, and exit.

    Args:
        plan: what to do.
        unchanged: what to say where there is nothing to do.
        force: delete edited files, too.
        dry_run: only show what would be done.
        as_json: print the plan as JSON.
    """
    from scaffold.life.operations import carry_out

    if not dry_run:
        carry_out(plan, force=force)
    show(plan, unchanged, dry_run=dry_run, as_json=as_json)
    if plan.conflicts:
        raise typer.Exit(LEFT_TO_DECIDE)


def show(plan: "Plan", unchanged: str, *, dry_run: bool, as_json: bool) -> None:
    """Print a plan: what is done, or would be."""
    from scaffold.life import pages
    from scaffold.pages import to_json

    if as_json:
        typer.echo(to_json(pages.plan_data(plan, applied=not dry_run)))
    elif not plan.changes:
        say(f"Nothing to do: it is {unchanged}.")
    elif dry_run:
        typer.echo(pages.unified_diff(plan.changes))
    else:
        typer.echo(pages.plan_page(plan))
    if plan.changes:
        say(f"{'Would be' if dry_run else 'Done'}: {pages.summary(plan)}.")
    for note in plan.notes:
        say(f"note: {note}")
    if dry_run and plan.endangered:
        say(f"note: --force is needed to delete {', '.join(plan.endangered)}")
    if plan.conflicts and not dry_run:
        say("Decide the marked lines in: " + ", ".join(plan.conflicts))

"""The command line: reads arguments, calls one module for each verb, prints what it returns.

Here are the commands that need no project; `scaffold.cli.project` has those on a project. Modules
are imported by the commands that need them, so that `scaffold --help` is quick.
"""

import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scaffold.cli import completion
from scaffold.cli.checking import app as checking
from scaffold.cli.console import LINE_IS, Json, Lines, boundary, require_terminal, say, show
from scaffold.cli.failures import failure
from scaffold.cli.project import app as on_a_project
from scaffold.cli.quick import QuickCommand, QuickGroup
from scaffold.errors import Interrupted, Terminated, UsageMistake
from scaffold.system import display

if TYPE_CHECKING:
    from scaffold.new.create import Created, Request
    from scaffold.spec.answers import Sources

app = typer.Typer(
    name="scaffold",
    cls=QuickGroup,
    help="Generate FastAPI projects whose endpoints answer HTTP correctly.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


class SchemaOf(StrEnum):
    """What `scaffold schema` describes."""

    ANSWERS = "answers"
    ENDPOINTS = "endpoints"


def main() -> None:
    """Read the command line and run it."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A terminal without Unicode shows an escape instead of stopping the command.
            stream.reconfigure(errors="backslashreplace")
    app()


def show_version(wanted: bool) -> None:
    """Print the version and exit, for `--version`."""
    if wanted:
        from scaffold.template.origin import version

        typer.echo(f"scaffold {version()}")
        raise typer.Exit


@app.callback()
def scaffold(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Generate FastAPI projects whose endpoints answer HTTP correctly."""


@app.command(epilog=LINE_IS)
def new(
    destination: Annotated[
        Path | None,
        typer.Argument(
            metavar="DEST", help="The project's folder, such as `.`.", show_default=False
        ),
    ] = None,
    lines: Lines = None,
    preset: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="tour (every pattern), api, store, web, exports or empty.",
            autocompletion=completion.presets,
        ),
    ] = None,
    endpoint: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LINE",
            help="An endpoint, the same as a LINE.",
            autocompletion=completion.endpoint_lines,
        ),
    ] = None,
    data_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A YAML file of answers.")
    ] = None,
    data: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="One answer.", autocompletion=completion.answers),
    ] = None,
    defaults: Annotated[
        bool, typer.Option("--defaults", help="Ask nothing; take the default answers.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the files; write nothing.")
    ] = False,
    show: Annotated[
        str | None, typer.Option(metavar="PATH", help="Show this file; write nothing.")
    ] = None,
    git: Annotated[
        bool, typer.Option("--git/--no-git", help="Make a git repository with a first commit.")
    ] = True,
    sync: Annotated[
        bool, typer.Option("--sync/--no-sync", help="Set up the virtual environment.")
    ] = True,
    template: Annotated[
        str | None, typer.Option(metavar="URL", help="Another template, as Copier takes it.")
    ] = None,
    ref: Annotated[
        str | None, typer.Option(metavar="REF", help="The tag or commit of that template.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a project in the folder DEST: a new or empty one, or a clone without commits.

    Without a preset, endpoints or a data file it asks, in a terminal, what to generate.
    `scaffold patterns` lists what an endpoint can be made of.
    """
    with boundary():
        from scaffold.new.create import Request, create, look, preview
        from scaffold.spec.answers import Sources

        sources = Sources(preset, data_file, data or (), [*(lines or ()), *(endpoint or ())])
        ask = not (defaults or sources.suffice())
        command = None
        if ask:
            require_terminal("use --preset, --endpoint, --data-file or --defaults")
        if ask and template is None:
            flags = [*(() if git else ("--no-git",)), *(() if sync else ("--no-sync",))]
            destination, sources, command = ask_for_project(destination, sources, flags)
        if destination is None:
            raise UsageMistake("name the folder of the project: scaffold new DEST")
        request = Request(destination, sources, ask, template, ref, git, sync)
        if show is not None:
            print_file(show, look(request, show), as_json=as_json)
            return
        created = preview(request) if dry_run else create(request)
        print_created(created, request, dry_run=dry_run, as_json=as_json)
        if command is not None:
            say(f"The same again, without questions:\n  {command}")


def ask_for_project(
    destination: Path | None, sources: "Sources", flags: list[str]
) -> tuple[Path, "Sources", str]:
    """Return where a person wants a project, what it is made of, and the command that repeats it.

    Args:
        destination: where, if the command line says so.
        sources: what the command line gives already.
        flags: what it gives besides.
    """
    from scaffold.new.staging import check_destination
    from scaffold.spec.answers import Sources, gather
    from scaffold.system.signals import terminable
    from scaffold.system.user_settings import with_author
    from scaffold.wizard import compose_project

    if destination is not None:
        check_destination(destination)
    try:
        with terminable():
            composed = compose_project(destination, with_author(gather(sources)), flags)
    except Terminated:
        raise
    except KeyboardInterrupt as error:
        raise Interrupted("interrupted; nothing was written") from error
    return composed.folder, Sources(settled=composed.answers), composed.command


def print_created(created: "Created", request: "Request", *, dry_run: bool, as_json: bool) -> None:
    """Print what `new` did, and the next steps."""
    from scaffold.project.environment import next_steps
    from scaffold.shown.pages import created_data, to_json, tree_page

    if as_json:
        typer.echo(to_json(created_data(created)))
    elif dry_run:
        show(tree_page(created, display.width(sys.stdout)))
    else:
        typer.echo(created.destination)
    for note in created.notes:
        say(note, "note")
    if not dry_run:
        say(f"Made {len(created.files)} files. Next:")
        is_here = created.destination.resolve() == Path.cwd()
        enter = () if is_here else (f"cd {shlex.quote(str(created.destination))}",)
        tables = "alembic.ini" in created.files
        for step in (*enter, *next_steps(complete=created.synced, tables=tables)):
            say(f"  {step}")


def print_file(path: str, text: str, *, as_json: bool) -> None:
    """Print a file that would be written: as it is, or in colours for a person."""
    from scaffold.shown.pages import to_json

    if as_json:
        typer.echo(to_json({"path": path, "content": text}))
    else:
        typer.echo(display.highlighted(path, text, sys.stdout), nl=False)


@app.command(
    cls=completion.PatternsCommand,
    context_settings={"allow_extra_args": True},
    options_metavar="[OPTIONS] [ID | WORD...]",
)
def patterns(
    context: typer.Context,
    brief: Annotated[
        bool, typer.Option("--brief", help="List all with their options in 3 kB, for prompts.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the patterns, show the page of one, or search them.

    ID shows a pattern's page: what it does, its code, what it sends, what goes wrong. Any other
    words, such as `download`, `logout` or `304`, list the patterns that have to do with all of
    them, the best first.
    """
    with boundary():
        from scaffold.catalogue.patterns import load
        from scaffold.shown import pages

        catalogue = load()
        words = context.args
        if brief:
            from scaffold.shown.brief import brief_page

            if words or as_json:
                raise UsageMistake("--brief is one text about all patterns", "give nothing else")
            typer.echo(brief_page(catalogue))
            return
        if not words:
            data: object = pages.catalogue_data(catalogue.patterns.values())
            page = pages.catalogue_page(catalogue)
        elif len(words) == 1 and words[0].lower() in catalogue.patterns:
            from scaffold.shown.pattern import pattern_data, pattern_page

            pattern = catalogue.patterns[words[0].lower()]
            data = pattern_data(pattern, catalogue.vocabulary)
            page = pattern_page(pattern, catalogue.vocabulary)
        else:
            from scaffold.catalogue.search import search

            found = search(words, catalogue)
            data, page = pages.catalogue_data(found), pages.found_page(found)
        typer.echo(pages.to_json(data) if as_json else page)


@app.command(
    cls=QuickCommand,
    context_settings={"allow_extra_args": True},
    options_metavar="[OPTIONS] [MODEL_LINE...] LINE",
    epilog=LINE_IS,
)
def explain(context: typer.Context, as_json: Json = False) -> None:
    """Say what the endpoint of LINE takes and answers, and why it is set where it is.

    LINE is an endpoint as `scaffold new --endpoint` takes it; lines of models and resources that it
    names stand before it. Without an endpoint, the last resource is explained: its tables, and
    what its endpoints answer and ask. For an endpoint that is not valid, the reason and the
    nearest valid lines are shown.
    """
    with boundary():
        from scaffold.catalogue.patterns import load
        from scaffold.spec.lines import is_model, is_resource, parse_line, parse_model

        named = [word for word in context.args if is_model(word)]
        tables = [word for word in context.args if is_resource(word)]
        line = " ".join(word for word in context.args if word not in (*named, *tables))
        known: dict[str, Any] = {}
        if tables:
            from scaffold.spec.answers import Sources, gather

            known = gather(Sources(lines=[*named, *tables]))
        if tables and not line:
            show_resource(known, as_json=as_json)
            return
        if not line:
            raise UsageMistake("an endpoint is needed", "write it as 'GET /posts json-model'")
        catalogue = load()
        try:
            from scaffold.explain.explanation import explain as explained

            models = known.get("models") or [parse_model(word) for word in named]
            resources = known.get("resources", [])
            found = explained(parse_line(line, catalogue), catalogue, models, resources)
        except UsageMistake as mistake:
            show_nearest(line, named, mistake, as_json=as_json)
            return
        from scaffold.shown.explanation import explanation_data, explanation_page
        from scaffold.shown.pages import to_json

        typer.echo(to_json(explanation_data(found)) if as_json else explanation_page(found))


def show_resource(answers: dict[str, Any], *, as_json: bool) -> None:
    """Print what the last resource of valid answers becomes."""
    from scaffold.catalogue.patterns import load
    from scaffold.explain.resource import explain_resource
    from scaffold.shown.pages import to_json
    from scaffold.shown.resource import resource_data, resource_page

    found = explain_resource(answers["resources"][-1]["name"], answers, load())
    typer.echo(to_json(resource_data(found)) if as_json else resource_page(found))


def show_nearest(line: str, named: list[str], mistake: "UsageMistake", *, as_json: bool) -> None:
    """Print why a line is not valid, and the nearest lines that are; exit like its error.

    Args:
        line: the line of an endpoint.
        named: the lines of models.
        mistake: what is wrong.
        as_json: whether to print JSON.
    """
    from scaffold.catalogue.patterns import load
    from scaffold.errors import InvalidSpec
    from scaffold.shown.explanation import nearest_page
    from scaffold.shown.pages import to_json
    from scaffold.spec.lines import parse_line, parse_model
    from scaffold.spec.mistakes import named_by_lines

    if isinstance(mistake, InvalidSpec):
        models = [parse_model(each) for each in named]
        given = {"models": models, "endpoints": [parse_line(line, load())]}
        mistake = named_by_lines(mistake, given, [*named, line])
    else:
        mistake.line = None if named else line
    failed = failure(mistake, mistake.status)
    if as_json:
        typer.echo(to_json(failed))
    say(str(mistake), "error")
    if failed["nearest"] and not as_json:
        typer.echo(nearest_page(failed["nearest"]))
    raise typer.Exit(mistake.status)


@app.command()
def schema(
    of: Annotated[
        SchemaOf, typer.Argument(help="A data file of answers, or its list of endpoints.")
    ] = SchemaOf.ANSWERS,
) -> None:
    """Print the JSON Schema of a data file, for editors and validators."""
    with boundary():
        from scaffold.catalogue.patterns import load, template_root
        from scaffold.shown.pages import to_json
        from scaffold.spec.schema import answers_schema, endpoints_schema
        from scaffold.template.questions import is_answered, questions, read_config

        catalogue = load()
        if of is SchemaOf.ENDPOINTS:
            typer.echo(to_json(endpoints_schema(catalogue)))
            return
        asked = questions(read_config(template_root()))
        answered = {name: each for name, each in asked.items() if is_answered(each)}
        typer.echo(to_json(answers_schema(catalogue, answered)))


app.add_typer(checking)
app.add_typer(on_a_project)

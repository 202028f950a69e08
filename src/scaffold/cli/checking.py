"""The command that checks an application which exists; it reads files, and runs nothing of them."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scaffold.cli.console import Json, boundary, say, show
from scaffold.cli.quick import QuickCommand
from scaffold.errors import UsageMistake

if TYPE_CHECKING:
    from scaffold.checker.facts import Rule
    from scaffold.checker.run import Checked
    from scaffold.checker.settings import Settings

app = typer.Typer()


class Format(StrEnum):
    """How findings are printed."""

    TEXT = "text"
    CONCISE = "concise"


Codes = Annotated[
    list[str] | None,
    typer.Option("--select", metavar="CODE", help="Rules to check, such as RSP104,RSP107, or ALL."),
]


@app.command(
    cls=QuickCommand,
    context_settings={"allow_extra_args": True},
    options_metavar="[OPTIONS] [PATH...]",
)
def check(
    context: typer.Context,
    select: Codes = None,
    extend_select: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE", help="Rules to check besides."),
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help="Rules not to check.")
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(metavar="PATTERN", help="Files and folders to leave out, besides."),
    ] = None,
    output_format: Annotated[Format | None, typer.Option(help="How findings are printed.")] = None,
    statistics: Annotated[
        bool, typer.Option("--statistics", help="Count the findings of each rule.")
    ] = False,
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="Exit with 0 when something is found, too.")
    ] = False,
    rules: Annotated[bool, typer.Option("--rules", help="List the rules; check nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Find answers that are wrong on the wire, in any FastAPI application.

    PATH is a file or folder, this folder by default. Nothing of the application is imported or run.
    Exit status: 0 nothing found, 1 something found, 2 wrong usage. `# noqa: RSP104` behind a line
    says that it is meant so.
    """
    with boundary():
        paths = [Path(each) for each in context.args] or [Path()]
        for path in paths:
            if not path.exists():
                raise UsageMistake(f"there is no {path}")
        settings = chosen(paths[0], select, extend_select, ignore, exclude)
        if rules:
            from scaffold.checker.rules import RULES
            from scaffold.shown.findings import rules_page

            show(rules_page(RULES))
            return
        from scaffold.checker.run import check as run

        asked = settings.rules()
        checked = run(paths, asked, settings.exclude)
        report(checked, asked, output_format or Format.TEXT, counted=statistics)
        found = len(checked.findings) + len(checked.unreadable)
        raise typer.Exit(1 if found and not exit_zero else 0)


def chosen(
    start: Path,
    select: list[str] | None,
    extend_select: list[str] | None,
    ignore: list[str] | None,
    exclude: list[str] | None,
) -> "Settings":
    """Return the settings of a project, with what the command line says instead and besides."""
    from dataclasses import replace

    from scaffold.checker.settings import read

    settings = read(start)
    if select is not None:
        settings = replace(settings, select=split(select), extend_select=())
    return replace(
        settings,
        extend_select=[*settings.extend_select, *split(extend_select)],
        ignore=[*settings.ignore, *split(ignore)],
        exclude=[*settings.exclude, *split(exclude)],
    )


def split(given: list[str] | None) -> list[str]:
    """Return what stands between commas."""
    return [part.strip() for each in given or () for part in each.split(",") if part.strip()]


def report(
    checked: "Checked", rules: "list[Rule]", output_format: Format, *, counted: bool
) -> None:
    """Print what was found: findings as the result, their number as a message."""
    from scaffold.shown import findings

    if counted:
        text = findings.statistics(checked.findings, rules)
    elif output_format is Format.CONCISE:
        text = findings.concise_report(checked)
    else:
        text = findings.text_report(checked, rules)
    if text:
        show(text)
    count = len(checked.findings) + len(checked.unreadable)
    files = f"{checked.files} file{'' if checked.files == 1 else 's'}"
    sys.stdout.flush()
    say(f"{count or 'no'} finding{'' if count == 1 else 's'} in {files}")

"""The command that checks an application which exists; it reads files, and runs nothing of them."""

from collections.abc import Mapping, Sequence
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
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


@app.command(
    cls=QuickCommand,
    context_settings={"allow_extra_args": True},
    options_metavar="[OPTIONS] [PATH...]",
)
def check(
    context: typer.Context,
    select: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE", help="Rules to check, such as RSP104,RSP107, or ALL."),
    ] = None,
    extend_select: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help="Rules to check besides.")
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help="Rules not to check.")
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(metavar="PATTERN", help="Files and folders to leave out, besides."),
    ] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what is mechanical.")] = False,
    unsafe_fixes: Annotated[
        bool, typer.Option("--unsafe-fixes", help="Mend, too, what changes more than that.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Show what --fix would change; write nothing.")
    ] = False,
    baseline: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A file of findings that are known.")
    ] = None,
    write_baseline: Annotated[
        bool, typer.Option("--write-baseline", help="Record all findings there.")
    ] = False,
    output_format: Annotated[
        Format | None, typer.Option(help="How findings are printed; text by default.")
    ] = None,
    statistics: Annotated[
        bool, typer.Option("--statistics", help="Count the findings of each rule.")
    ] = False,
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="Exit with 0 when something is found, too.")
    ] = False,
    rules: Annotated[bool, typer.Option("--rules", help="List the rules; check nothing.")] = False,
    explain: Annotated[
        str | None, typer.Option(metavar="CODE", help="Show the page of a rule; check nothing.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Find answers that are wrong on the wire, in any FastAPI application.

    PATH is a file or folder, this folder by default. Nothing of the application is imported or run.
    Exit status: 0 nothing found, 1 something found, 2 wrong usage. `# noqa: RSP104` behind a line
    says that it is meant so; settings stand in `[tool.scaffold.check]` in `pyproject.toml`.
    """
    with boundary():
        printed = Format.JSON if as_json else output_format or Format.TEXT
        if rules or explain is not None:
            show_rules(explain, printed)
            return
        paths = [Path(each) for each in context.args] or [Path()]
        for path in paths:
            if not path.exists():
                raise UsageMistake(f"there is no {path}")
        settings = chosen(paths[0], select, extend_select, ignore, exclude, baseline)
        asked = settings.rules()
        if write_baseline:
            record(paths, settings, asked)
            return
        if diff or fix:
            from scaffold.checker import mend

            mended = mend.mend(
                lambda contents: look(paths, settings, asked, contents)[0], unsafe=unsafe_fixes
            )
            if diff:
                show(mend.difference(mended).rstrip("\n"), exact=True) if mended.contents else None
                say(f"would mend {counted(mended.count, 'finding')}")
                raise typer.Exit(1 if mended.contents and not exit_zero else 0)
            mend.write(mended)
            say(f"mended {counted(mended.count, 'finding')}")
        checked, known = look(paths, settings, asked)
        report(checked, asked, known, printed, with_counts=statistics)
        found = checked.findings or checked.unreadable
        raise typer.Exit(1 if found and not exit_zero else 0)


def chosen(
    start: Path,
    select: list[str] | None,
    extend_select: list[str] | None,
    ignore: list[str] | None,
    exclude: list[str] | None,
    baseline: Path | None,
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
        baseline=baseline or settings.baseline,
    )


def split(given: list[str] | None) -> list[str]:
    """Return what stands between commas."""
    return [part.strip() for each in given or () for part in each.split(",") if part.strip()]


def look(
    paths: Sequence[Path],
    settings: "Settings",
    rules: "Sequence[Rule]",
    contents: Mapping[str, bytes] | None = None,
    *,
    everything: bool = False,
) -> "tuple[Checked, int]":
    """Return what is found, without what the baseline records, and how much that is."""
    from dataclasses import replace

    from scaffold.checker.run import check as run

    checked = run(paths, rules, settings.exclude, settings.is_ignored, contents or {})
    if settings.baseline is None or everything:
        return checked, 0
    from scaffold.checker import baseline

    new = baseline.new(checked, baseline.read(settings.baseline), settings.baseline)
    return replace(checked, findings=new), len(checked.findings) - len(new)


def record(paths: Sequence[Path], settings: "Settings", rules: "Sequence[Rule]") -> None:
    """Write the baseline."""
    from scaffold.checker import baseline

    if settings.baseline is None:
        raise UsageMistake("name the file of the baseline", "add --baseline FILE")
    checked, _ = look(paths, settings, rules, everything=True)
    baseline.write(settings.baseline, checked)
    say(f"recorded {counted(len(checked.findings), 'finding')} in {settings.baseline}")


def show_rules(code: str | None, printed: Format) -> None:
    """Print all rules, or the page of one."""
    from scaffold.checker.rules import RULES, page_of
    from scaffold.checker.settings import matching

    asked = RULES if code is None else matching([code])
    if printed is Format.JSON:
        from scaffold.shown.findings_for_programs import rules_data
        from scaffold.shown.pages import to_json

        typer.echo(to_json(rules_data(asked)))
    elif code is not None:
        show("\n\n".join(page_of(rule).read_text(encoding="utf-8").rstrip() for rule in asked))
    else:
        from scaffold.shown.findings import rules_page

        show(rules_page(asked))


def report(
    checked: "Checked",
    rules: "Sequence[Rule]",
    known: int,
    printed: Format,
    *,
    with_counts: bool,
) -> None:
    """Print what was found: findings as the result, their number as a message."""
    if printed in (Format.JSON, Format.SARIF, Format.GITHUB):
        typer.echo(for_programs(checked, rules, known, printed))
    else:
        from scaffold.shown import findings

        if with_counts:
            text = findings.statistics(checked.findings, rules)
        elif printed is Format.CONCISE:
            text = findings.concise_report(checked)
        else:
            text = findings.text_report(checked, rules)
        if text:
            show(text)
    count = len(checked.findings) + len(checked.unreadable)
    besides = f", and {known} that the baseline records" if known else ""
    files = counted(checked.files, "file")
    say(f"{counted(count, 'finding') if count else 'no findings'} in {files}{besides}")


def for_programs(checked: "Checked", rules: "Sequence[Rule]", known: int, printed: Format) -> str:
    """Return the result as programs read it."""
    from scaffold.shown import findings_for_programs as findings
    from scaffold.shown.pages import to_json

    if printed is Format.GITHUB:
        return findings.github(checked)
    if printed is Format.SARIF:
        from scaffold.template.origin import version

        return to_json(findings.sarif(checked, rules, version()))
    return to_json(findings.check_data(checked, rules, known))


def statistics_of(folder: Path, without: str) -> str:
    """Return how many findings each rule has in a project, but for one folder of it."""
    from scaffold.shown import findings

    settings = chosen(folder, None, None, None, [without], None)
    rules = settings.rules()
    checked, _ = look([folder], settings, rules)
    return findings.statistics(checked.findings, rules)


def counted(number: int, name: str) -> str:
    """Return a number with the name of what is counted."""
    return f"{number} {name}{'' if number == 1 else 's'}"

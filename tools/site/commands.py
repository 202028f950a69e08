"""The page of the commands, from what the command line declares."""

from collections.abc import Iterator
from typing import Any

import typer
from typer.main import get_command

from scaffold.cli.app import app
from tools.site.markdown import cell, cell_code, fence, text

HEAD = """\
# Commands

Made from the command line itself; `scaffold COMMAND --help` says the same.

Results go to standard output, messages to standard error. Exit status: 0 done, 1 failed, 2 wrong
usage or an endpoint that cannot be generated, 3 done but conflicts are left, 4 refused and nothing
written, 5 `scaffold update --check` has found an update."""


def commands_page() -> str:
    """Return the page."""
    return "\n\n".join([HEAD, *(block for name in commands() for block in _command(name)), ""])


def commands() -> dict[str, Any]:
    """Return every command that is not hidden, by its name."""
    group: Any = get_command(app)
    return {name: command for name, command in group.commands.items() if not command.hidden}


def context_of(name: str) -> Any:
    """Return the context in which a command describes itself."""
    group: Any = get_command(app)
    return typer.Context(group.commands[name], info_name=name, parent=typer.Context(group))


def parameters(name: str) -> list[Any]:
    """Return the arguments and options of a command, `--help` left out."""
    found = commands()[name].get_params(context_of(name))
    return [parameter for parameter in found if "--help" not in parameter.opts]


def _command(name: str) -> Iterator[str]:
    command = commands()[name]
    first, _, more = (command.help or "").partition("\n\n")
    yield f"## scaffold {name}"
    yield text(" ".join(first.split()))
    rows = [_row(parameter, context_of(name)) for parameter in parameters(name)]
    arguments = [label for kind, label, _ in rows if kind == "argument"]
    yield fence("text", " ".join(["scaffold", name, command.options_metavar, *arguments]))
    if more:
        yield "\n\n".join(text(" ".join(part.split())) for part in more.split("\n\n"))
    if rows:
        lines = [f"| `{cell_code(label)}` | {cell(help_)} |" for _, label, help_ in rows]
        yield "\n".join(["| takes | which is |", "| --- | --- |", *lines])


def _row(parameter: Any, context: Any) -> tuple[str, str, str]:
    label, help_ = parameter.get_help_record(context)
    return parameter.param_type_name, label.partition(" <")[0], " ".join(help_.split())

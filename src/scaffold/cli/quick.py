"""Commands that start without Pydantic.

Typer imports Pydantic to convert the first value that is not a flag's True or False: an argument,
an option with a value, and every flag whose default is None, as those that Typer adds itself. That
takes longer than all that `scaffold patterns` does. So these commands settle flags beforehand,
leave options that are not given alone, and take words from `context.args`, which nobody converts.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

COMPLETION = ("--install-completion", "--show-completion")

JSON_WANTED: ContextVar[bool] = ContextVar("json_wanted", default=False)
"""Whether the command line asks for JSON, so that errors are JSON too."""


class QuickCommand(TyperCommand):
    """A command whose flags are False when they are not given."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, those that Typer adds included."""
        return _settled(super().get_params(ctx))


class QuickGroup(TyperGroup):
    """A group whose flags are False when they are not given; it says wrong usage in JSON, too."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments up to the command's name, and see whether JSON is wanted."""
        JSON_WANTED.set("--json" in args)
        if len(args) > 1 and args[0] in COMPLETION:
            raise typer.BadParameter(
                f"{args[0]} takes no value: it is for the shell you call it from."
            )
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            # Typer keeps its class for wrong usage to itself, and prints that error afterwards.
            usage = getattr(error, "format_message", None)
            if usage and JSON_WANTED.get():
                _print_failure(usage(), getattr(error, "exit_code", 2))
            raise

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, those that Typer adds included."""
        return _settled(super().get_params(ctx))


def _settled(params: list[Any]) -> list[Any]:
    for param in params:
        if param.default is None and getattr(param, "is_flag", False):
            param.default = False
        elif param.default is None and not param.required and "process_value" not in vars(param):
            param.process_value = _unless_left_out(param.process_value)
    return params


def _unless_left_out(process: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Return a conversion that leaves None, for an option that is not given, as it is."""
    return lambda context, value: None if value is None else process(context, value)


def _print_failure(message: str, status: int) -> None:
    from scaffold.cli.failures import failure
    from scaffold.errors import UsageMistake
    from scaffold.shown.pages import to_json

    print(to_json(failure(UsageMistake(message.rstrip(".")), status)))

"""Commands that start without Pydantic.

Typer imports Pydantic to convert the first value that is not a flag's True or False: an argument,
an option with a value, and every flag whose default is None, as those that Typer adds itself. That
takes longer than all that `scaffold patterns` does. So these commands settle flags beforehand, and
such a command takes its words from `context.args`, which nobody converts.
"""

from typing import Any

from typer.core import TyperCommand, TyperGroup


class QuickCommand(TyperCommand):
    """A command whose flags are False when they are not given."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, those that Typer adds included."""
        return _settled(super().get_params(ctx))


class QuickGroup(TyperGroup):
    """A group whose flags are False when they are not given."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, those that Typer adds included."""
        return _settled(super().get_params(ctx))


def _settled(params: list[Any]) -> list[Any]:
    for param in params:
        if getattr(param, "is_flag", False) and param.default is None:
            param.default = False
    return params

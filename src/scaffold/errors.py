"""The one family of errors that a user may see, and all exit statuses but 0.

Everything that can go wrong on purpose is a `ScaffoldError`. `scaffold.cli` is the one place that
turns it into a line on standard error and an exit status; no other module prints or exits.
"""

from collections.abc import Mapping, Sequence
from textwrap import shorten
from typing import Any

from scaffold.addresses import without_secrets

LEFT_TO_DECIDE = 3
"""The exit status of what is done, but has left conflicts, or tests that fail since."""
UPDATE_AVAILABLE = 5
"""The exit status of `scaffold update --check` when there is an update."""
LONGEST_REASON = 300


class ScaffoldError(Exception):
    """Something failed; the message is one line that a user can act on.

    Attributes:
        reason: what is wrong.
        suggestion: what to do about it, if that is known.
        field: where the mistake is, such as `endpoints[0].path`; None outside of answers.
        line: the line of an endpoint in which it is, as it was written; None if it is in none.
        models: those that the line may name.
    """

    status = 1
    field: str | None = None
    line: str | None = None
    models: Sequence[Mapping[str, Any]] = ()

    def __init__(self, reason: str, suggestion: str | None = None) -> None:
        """Make the message of both parts; what is secret in an address is left out."""
        reason, suggestion = without_secrets(reason), suggestion and without_secrets(suggestion)
        super().__init__(reason if suggestion is None else f"{reason}; {suggestion}")
        self.reason = reason
        self.suggestion = suggestion


class UsageMistake(ScaffoldError):
    """The command was called in a way that cannot work."""

    status = 2


class InvalidSpec(UsageMistake):
    """An endpoint list, or another answer, that cannot be generated."""

    field: str

    def __init__(
        self, field: str, reason: str, suggestion: str | None = None, *, where: str | None = None
    ) -> None:
        """Put the field before the message, or `where` in the words of what the user wrote."""
        super().__init__(reason, suggestion)
        self.args = (f"{where or field}: {self.args[0]}",)
        self.field = field


class Refused(ScaffoldError):
    """Going on would overwrite what is there; nothing was written."""

    status = 4


class Interrupted(ScaffoldError):
    """Ctrl-C arrived when only something that can be done again was left to do."""

    status = 130


class Terminated(KeyboardInterrupt):
    """SIGTERM arrived: stop like Ctrl-C does, with the exit status of a terminated process."""


def shortened(text: str) -> str:
    """Return what another program said on one line, of bearable length."""
    return shorten(text, LONGEST_REASON, placeholder=" ...")

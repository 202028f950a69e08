"""The one family of errors that a user may see, and the exit status of each.

Everything that can go wrong on purpose is a `ScaffoldError`. `scaffold.cli` is the one place that
turns it into a line on standard error and an exit status; no other module prints or exits.
"""


class ScaffoldError(Exception):
    """Something failed; the message is one line that a user can act on."""

    status = 1


class UsageMistake(ScaffoldError):
    """The command was called in a way that cannot work."""

    status = 2


class InvalidSpec(UsageMistake):
    """An endpoint list, or another answer, that cannot be generated.

    Attributes:
        field: where the mistake is, such as `endpoints[0].path`.
    """

    def __init__(self, field: str, message: str) -> None:
        """Keep the field beside the message, which names it too."""
        super().__init__(message)
        self.field = field


class Refused(ScaffoldError):
    """Going on would overwrite what is there; nothing was written."""

    status = 4


class Interrupted(ScaffoldError):
    """Ctrl-C arrived when only something that can be done again was left to do."""

    status = 130


class Terminated(KeyboardInterrupt):
    """SIGTERM arrived: stop like Ctrl-C does, with the exit status of a terminated process."""

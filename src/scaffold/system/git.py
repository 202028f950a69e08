"""The one place that runs git, and what git may do there.

A repository's own configuration can name programs that git runs: hooks, filters, a monitor of the
file system, ssh. The user's configuration does so too, and is meant to. So whose repository it is
decides how git is run: see `ask`, `compute`, `in_clone` and `as_user`.
"""

import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from scaffold.errors import shortened

NOT_RUN = 255
"""The status of what could not be run, or took too long."""

SECONDS = 30
"""How long git may look for something on this machine."""
SECONDS_TO_FETCH = 900

SETTINGS = {
    "core.autocrlf": "false",
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.quotePath": "false",
    "core.safecrlf": "false",
    "fetch.recurseSubmodules": "false",
    "gc.auto": "0",
    "log.showSignature": "false",
    "maintenance.auto": "false",
    "protocol.ext.allow": "never",
    "safe.bareRepository": "explicit",
    "submodule.recurse": "false",
}
"""What holds whatever is configured."""

_OF_ANOTHER_COMMAND = frozenset(
    (
        # Where a hook tells its children that its own repository is.
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_CONFIG",
        "GIT_DIR",
        "GIT_GRAFT_FILE",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_NAMESPACE",
        "GIT_NO_REPLACE_OBJECTS",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_QUARANTINE_PATH",
        "GIT_REPLACE_REF_BASE",
        "GIT_SHALLOW_FILE",
        "GIT_WORK_TREE",
        # What would give the words of our commands another meaning.
        "GIT_ATTR_SOURCE",
        "GIT_EXTERNAL_DIFF",
        "GIT_GLOB_PATHSPECS",
        "GIT_ICASE_PATHSPECS",
        "GIT_LITERAL_PATHSPECS",
        "GIT_NOGLOB_PATHSPECS",
    )
)
_QUIET = {"GIT_TERMINAL_PROMPT": "0"}


@dataclass(frozen=True)
class Answer:
    """What git answered.

    Attributes:
        status: its exit status, or `NOT_RUN`.
        output: what it printed.
        problem: what it said besides, on one line, such as why it failed.
    """

    status: int
    output: bytes
    problem: str

    @property
    def text(self) -> str:
        """Return what it printed, without the line break at its end."""
        return self.output.decode(errors="replace").strip()


def ask(
    repository: Path, *arguments: str, given: bytes | None = None, seconds: float = SECONDS
) -> Answer:
    """Ask something of a repository that anybody may have made.

    Nothing that its configuration names is run, provided that the git command itself needs no
    filter: so use those that read objects, refs and the index, never `status` or `diff`. Nothing
    is written, not even the index, and nothing fetched.

    Args:
        repository: a folder inside of it.
        arguments: the git command.
        given: what it reads.
        seconds: how long it may take.
    """
    environment = {
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
    }
    return _run(["-C", str(repository), *arguments], environment, seconds, given=given)


def compute(folder: Path, *arguments: str) -> Answer:
    """Use git as a tool on files: outside of any repository, without anybody's configuration."""
    alone = {
        "GIT_CEILING_DIRECTORIES": str(folder.parent),
        "GIT_CONFIG_COUNT": "0",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_PARAMETERS": "",
    }
    return _run(["-C", str(folder), *arguments], alone, SECONDS)


def in_clone(clone: Path, *arguments: str, **environment: str) -> Answer:
    """Run a command in a bare repository of our own, which may use the network.

    The user's configuration counts, with its proxies, credentials and other names for addresses.
    """
    return _run([f"--git-dir={clone}", *arguments], environment, SECONDS_TO_FETCH)


def as_user(folder: Path, *arguments: str) -> Answer:
    """Run a command as its user would, with everything that they have configured."""
    return _run(["-C", str(folder), *arguments], {}, None, settings={})


def environment_of(settings: Mapping[str, str]) -> dict[str, str]:
    """Return what lets other programs run git with settings that no repository overrides."""
    before = int(os.environ.get("GIT_CONFIG_COUNT") or 0)
    variables = {"GIT_CONFIG_COUNT": str(before + len(settings))}
    for number, (name, value) in enumerate(settings.items(), before):
        variables |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return variables


def forget_repository() -> None:
    """Drop from this process what `git` passes to the children of its hooks."""
    for name in _OF_ANOTHER_COMMAND:
        os.environ.pop(name, None)


def _run(
    arguments: Iterable[str],
    environment: Mapping[str, str],
    seconds: float | None,
    settings: Mapping[str, str] = SETTINGS,
    given: bytes | None = None,
) -> Answer:
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    kept = {name: os.environ[name] for name in os.environ.keys() - _OF_ANOTHER_COMMAND}
    try:
        done = subprocess.run(
            ["git", *options, *arguments],
            env={**kept, **_QUIET, **environment},
            input=given or b"",
            capture_output=True,
            check=False,
            timeout=seconds,
        )
    except FileNotFoundError:
        return Answer(NOT_RUN, b"", "git is not installed")
    except subprocess.TimeoutExpired:
        return Answer(NOT_RUN, b"", f"git took longer than {seconds} seconds")
    except OSError as error:
        return Answer(NOT_RUN, b"", f"git could not be run: {error.strerror}")
    return Answer(done.returncode, done.stdout, shortened(done.stderr.decode(errors="replace")))

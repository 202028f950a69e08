"""Where in a project the commands may write.

A path comes from the names in an answers file and from what a template renders, and links may stand
on the way to it. All three may be somebody else's.
"""

import re
import unicodedata
from pathlib import Path

from scaffold.errors import Refused

STAGE = ".scaffold-"
"""What the names of the folders begin with in which changes wait."""

_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])( *\.|\Z)", re.IGNORECASE)
_NO_NAME = re.compile(r'[\x00-\x1f<>:"|?*\\]|[. ]\Z')


def refuse_outside(folder: Path, path: str) -> None:
    """Refuse a path that is none of a file of the project.

    Args:
        folder: the project.
        path: with forward slashes, relative to it.

    Raises:
        Refused: it leads out of the project or into what is git's or the command's own, or some
            system takes it for something else than a file.
    """
    names = path.split("/")
    if not all(_is_name(name) for name in names):
        raise Refused(f"{path!r} is no path that every system has for a file of a project")
    try:
        home = folder.resolve()
        parent = (folder / path).parent.resolve()
    except (OSError, RuntimeError) as error:  # a link that leads to itself
        raise Refused(f"{path} cannot be reached", "look at links") from error
    if not parent.is_relative_to(home):
        raise Refused(f"{path} is not inside of the project", "look at its answers and at links")
    if any(is_taken(name) for name in (*names, *parent.relative_to(home).parts)):
        raise Refused(f"{path} is not for generated files", "look at its answers and at links")


def _is_name(name: str) -> bool:
    return bool(name) and not _NO_NAME.search(name) and not _DEVICE.match(name)


def is_taken(name: str) -> bool:
    """Say whether a name is that of git's folder, in a spelling that some system takes for it."""
    seen = "".join(sign for sign in name if unicodedata.category(sign) != "Cf")
    return seen.rstrip(". ").lower() in (".git", "git~1") or name.startswith(STAGE)

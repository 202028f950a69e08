"""What the commands on a project found out, kept in the user's cache for the next one.

One file holds one kind of thing for one project, with what it was made from. Deleting that folder
loses nothing; what others can write there, and what is damaged, is not believed.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from scaffold.system.folders import name_for
from scaffold.system.kept_folder import KeptFolder

LONGEST = 20_000_000
"""The size in characters of what is not kept any more."""


def kept(folder: Path, kind: str, stamp: Any, make: Callable[[], Any]) -> Any:
    """Return what was kept for a project, or make it and keep it.

    Args:
        folder: the project.
        kind: what is kept, such as `answers`.
        stamp: what it depends on, as JSON; with another one it is made anew.
        make: makes it. What JSON would change is not kept.
    """
    with suppress(ValueError, KeyError, TypeError, RecursionError):
        found = json.loads(KeptFolder(kind).read(name_for(folder)) or b"")
        if found["stamp"] == stamp:
            return found["value"]
    value = make()
    keep(folder, kind, stamp, value)
    return value


def keep(folder: Path, kind: str, stamp: Any, value: Any) -> None:
    """Keep what was made for a project, in place of what was kept before; see `kept`."""
    with suppress(ValueError, TypeError, RecursionError):
        text = json.dumps({"stamp": stamp, "value": value})
        if len(text) <= LONGEST and json.loads(text)["value"] == value:
            KeptFolder(kind).write(name_for(folder), text.encode())

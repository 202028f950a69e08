"""What the commands on a project found out, kept in the user's cache for the next one.

One file holds one kind of thing for one project, with what it was made from. Deleting that folder
loses nothing, and what others can write there is not believed.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from scaffold.errors import ScaffoldError
from scaffold.system.atomic import write_atomically
from scaffold.system.folders import cache, name_for, read_own

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
    try:
        path = cache() / kind / f"{name_for(folder)}.json"
    except (OSError, ScaffoldError):
        return make()
    with suppress(OSError, ScaffoldError, ValueError, KeyError, TypeError, RecursionError):
        found = json.loads(read_own(path))
        if found["stamp"] == stamp:
            return found["value"]
    value = make()
    with suppress(OSError, ValueError, TypeError, RecursionError):
        _keep(path, stamp, value)
    return value


def _keep(path: Path, stamp: Any, value: Any) -> None:
    text = json.dumps({"stamp": stamp, "value": value})
    if len(text) > LONGEST or json.loads(text)["value"] != value:
        return
    write_atomically(path, text)

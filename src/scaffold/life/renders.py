"""What a project was generated as, kept for the next `scaffold list`.

Rendering takes ten times as long as all else that the list needs. So the last render of a project
stays in the user's cache, with what it was made from; when the template or the answers are others,
it is made anew. Deleting that folder loses nothing.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from scaffold.life.files import File, Tree
from scaffold.life.repository import cache
from scaffold.life.sources import Direct, Source
from scaffold.life.state import Project

LONGEST = 20_000_000
"""The size in bytes of a render that is not kept any more."""


def rendered(project: Project, source: Source) -> Tree:
    """Return what a project was generated as, by its answers and its version of the template."""
    if not isinstance(source, Direct):
        return source.render(project.answers)
    stamp = _stamp(project, source)
    name = hashlib.sha256(str(project.folder).encode()).hexdigest()[:20]
    path = cache() / "renders" / f"{name}.json"
    tree = _kept(path, stamp)
    if tree is None:
        tree = source.render(project.answers)
        _keep(path, stamp, tree)
    return tree


def _stamp(project: Project, source: Direct) -> list[Any]:
    """Return what a render depends on: the answers, and each file of the template."""
    answers = json.dumps(project.answers, sort_keys=True, default=repr)
    digest = hashlib.sha256("\n".join([*_versions(source.root), answers]).encode()).hexdigest()
    return [project.origin.src, project.origin.commit, digest]


def _versions(root: Path) -> Iterator[str]:
    """Yield each file of the template with its time and size, and this code's own."""
    for folder in ("compose", "patterns", "template"):
        yield from _below(f"{root}/{folder}")
    for path in (f"{root}/copier.yml", f"{Path(__file__).parents[1]}/direct.py"):
        status = os.stat(path)
        yield f"{path} {status.st_mtime_ns} {status.st_size}"


def _below(folder: str) -> Iterator[str]:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _below(entry.path)
        else:
            status = entry.stat()
            yield f"{entry.path} {status.st_mtime_ns} {status.st_size}"


def _kept(path: Path, stamp: list[Any]) -> Tree | None:
    try:
        kept = json.loads(path.read_bytes())
        if kept["stamp"] != stamp:
            return None
        return {
            name: File(content.encode("latin-1"), executable)
            for name, (content, executable) in kept["files"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _keep(path: Path, stamp: list[Any], tree: Tree) -> None:
    """Write the render for the next time, unless the cache cannot be written to."""
    # Latin-1 has a character for every byte.
    files = {name: (file.content.decode("latin-1"), file.executable) for name, file in tree.items()}
    text = json.dumps({"stamp": stamp, "files": files})
    if len(text) > LONGEST:
        return
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}")
        part.write_text(text, encoding="utf-8")
        part.replace(path)

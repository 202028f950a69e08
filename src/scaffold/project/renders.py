"""What a project was generated as, kept for the next command.

Rendering takes ten times as long as all else that `scaffold list` needs, and half of what a change
needs. So the last render of a project stays in the user's cache, with what it was made from; when
the template or the answers are others, it is made anew. Deleting that folder loses nothing.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from scaffold.project.files import File, Tree
from scaffold.project.kept import keep, kept
from scaffold.project.recorded import told
from scaffold.project.sources import Direct, Source, WithCopier
from scaffold.project.state import Project

KIND = "renders"


def rendered(project: Project, source: Source) -> Tree:
    """Return what a project was generated as.

    Raises:
        InvalidSpec: what it records cannot be generated.
    """
    stamp = _stamp(project, source)
    if stamp is None:
        return source.render(project.answers)

    def make() -> dict[str, Any]:
        return _written(source.render(project.answers))

    try:
        return _read(kept(project.folder, KIND, stamp, make))
    except (ValueError, TypeError, AttributeError):
        return _read(make())


def keep_render(project: Project, source: Source, tree: Tree) -> None:
    """Keep what a project was rendered to, which it is generated as from now on."""
    stamp = _stamp(project, source)
    if stamp is not None:
        keep(project.folder, KIND, stamp, _written(tree))


def notes(project: Project, source: Source) -> list[str]:
    """Return what should not be done in a project, which takes as long to find out."""
    if not isinstance(source, Direct):
        return []
    stamp = _stamp(project, source)
    found = kept(project.folder, "notes", stamp, lambda: told(project.answers, source))
    return [str(note) for note in found]


def _written(tree: Tree) -> dict[str, Any]:
    """Return a render as JSON holds it: Latin-1 has a character for every byte."""
    return {path: [file.content.decode("latin-1"), file.executable] for path, file in tree.items()}


def _read(files: dict[str, list[Any]]) -> Tree:
    return {
        path: File(content.encode("latin-1"), executable)
        for path, (content, executable) in files.items()
    }


def _stamp(project: Project, source: Source) -> list[Any] | None:
    """Return what a render depends on: the answers, and the template; None if that is unknown."""
    template = _made_from(source)
    if template is None:
        return None
    answers = json.dumps(project.answers, sort_keys=True, default=repr)
    digest = hashlib.sha256("\n".join([*template, *_code(), answers]).encode()).hexdigest()
    return [project.origin.src, project.origin.commit, digest]


def _made_from(source: Source) -> list[str] | None:
    """Return each file of this version's template with its time and size, or the commit of another.

    With Copier a render depends on Copier, too.
    """
    if isinstance(source, Direct):
        below = (_below(f"{source.root}/{name}") for name in ("compose", "patterns", "template"))
        return [_version(f"{source.root}/copier.yml"), *chain.from_iterable(below)]
    if isinstance(source, WithCopier) and source.commit is not None:
        from importlib.metadata import version

        return [source.commit, *(f"{name} {version(name)}" for name in ("copier", "jinja2"))]
    return None


def _code() -> Iterator[str]:
    """Yield the modules that a render depends on."""
    code = Path(__file__).parents[1]
    for module in ("template/renderer.py", "template/jinja.py", "project/layout.py"):
        yield _version(f"{code}/{module}")


def _version(path: str) -> str:
    status = os.stat(path)
    return f"{path} {status.st_mtime_ns} {status.st_size}"


def _below(folder: str) -> Iterator[str]:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _below(entry.path)
        else:
            yield _version(entry.path)

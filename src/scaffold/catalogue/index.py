"""The catalogue's YAML files as one JSON file, which is read ten times as fast.

A wheel brings that file; `hatch_build.py` makes it. A checkout keeps one in `.cache/`, and makes it
anew when a file of the catalogue has changed.
"""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from scaffold.system.atomic import write_atomically

NAME = "catalogue.json"
VOCABULARY = "compose/vocabulary.yml"
PATTERN_FILES = ("pattern.yml", "page.yml")

Documents = dict[str, Any]
"""What each file holds, by its path under the template's folder."""


def read_documents(root: Path) -> Documents:
    """Return what the files of the catalogue hold.

    Args:
        root: the template's folder: part of a wheel, a checkout, or a copy of either.
    """
    built = root / NAME
    if built.is_file():
        return _documents(_index(built))
    if not (root / "pyproject.toml").is_file():
        return read_files(root)
    stamp = {path: _version(root, path) for path in _paths(root)}
    cached = root / ".cache" / NAME
    index = _index(cached)
    if index.get("stamp") != stamp:
        index = {"stamp": stamp, "documents": read_files(root)}
        _keep(cached, index)
    return _documents(index)


def read_files(root: Path) -> Documents:
    """Return what the YAML files themselves hold."""
    from scaffold.system.yaml_files import read_yaml

    return {path: read_yaml(root / path) for path in _paths(root)}


def write_index(root: Path, path: Path) -> None:
    """Write the index that a wheel brings."""
    path.write_text(json.dumps({"documents": read_files(root)}), encoding="utf-8")


def _documents(index: dict[str, Any]) -> Documents:
    documents: Documents = index["documents"]
    return documents


def _paths(root: Path) -> Iterator[str]:
    yield VOCABULARY
    for family in _folders(f"{root}/patterns"):
        for pattern in _folders(f"{root}/patterns/{family}"):
            paths = (f"patterns/{family}/{pattern}/{name}" for name in PATTERN_FILES)
            yield from (path for path in paths if os.path.isfile(f"{root}/{path}"))


def _folders(path: str) -> list[str]:
    return sorted(entry.name for entry in os.scandir(path) if entry.is_dir())


def _version(root: Path, path: str) -> list[int]:
    status = os.stat(f"{root}/{path}")
    return [status.st_mtime_ns, status.st_size]


def _index(path: Path) -> dict[str, Any]:
    try:
        index: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return index


def _keep(path: Path, index: dict[str, Any]) -> None:
    """Write the index for the next run, unless the checkout cannot be written to."""
    with suppress(OSError):
        write_atomically(path, json.dumps(index))

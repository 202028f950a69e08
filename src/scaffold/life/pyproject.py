"""What the `pyproject.toml` of an owner says, whatever stands there."""

import tomllib
from pathlib import Path
from typing import Any


def settings(folder: Path) -> dict[str, Any]:
    """Return what the `pyproject.toml` of a project says; nothing where it cannot be read."""
    return loaded(folder / "pyproject.toml")


def table(folder: Path, *keys: str) -> dict[str, Any]:
    """Return a table of a project's `pyproject.toml`; an empty one where there is none."""
    return inside(settings(folder), *keys)


def inside(found: Any, *keys: str) -> dict[str, Any]:
    """Return a table in another one; an empty one where there is none."""
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def texts(found: Any) -> list[str]:
    """Return the texts of a list; none where it is no list."""
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def loaded(path: Path) -> dict[str, Any]:
    """Return what a TOML file says; nothing where it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}

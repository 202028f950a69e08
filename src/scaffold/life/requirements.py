"""The packages that generated code needs, for projects whose `pyproject.toml` is their owner's."""

import tomllib
from collections.abc import Mapping
from typing import Any

from scaffold.project.sources import Source


def requirements(source: Source, answers: Mapping[str, Any]) -> list[str]:
    """Return the dependencies that a project of these answers would have."""
    rendered = source.render({**answers, "own_files": []})["pyproject.toml"]
    declared: list[str] = tomllib.loads(rendered.content.decode())["project"]["dependencies"]
    return declared


def new_requirements(
    source: Source, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[str]:
    """Return what other answers need in addition, where nobody adds it to the project."""
    if "pyproject.toml" not in (after.get("own_files") or ()):
        return []
    known = requirements(source, before)
    return [each for each in requirements(source, after) if each not in known]

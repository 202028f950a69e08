"""Paths that an application serves by itself, because its owner has moved its documentation there.

Where FastAPI has it by default is known to the template's own checks.
"""

import ast
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from scaffold.errors import Refused, UsageMistake
from scaffold.life.entry_point import find_entry_point
from scaffold.project.files import read_file
from scaffold.project.state import Project
from scaffold.project.syntax import python_tree

OPTIONS = ("docs_url", "openapi_url", "redoc_url", "swagger_ui_oauth2_redirect_url")


def refuse_served_paths(project: Project, endpoints: Iterable[Any]) -> None:
    """Refuse new endpoints that no request would reach.

    Raises:
        UsageMistake: the application itself answers GET requests to the path of one.
    """
    asked = [one for one in endpoints if isinstance(one, dict) and one.get("method") == "GET"]
    served = dict(_served(project)) if asked else {}
    for endpoint in asked:
        path = endpoint.get("path")
        if path in served:
            raise UsageMistake(
                f"{path} is where the application has its documentation ({served[path]})",
                "use another path",
            )


def _served(project: Project) -> Iterator[tuple[str, str]]:
    """Yield the paths that the application is given, each with the option."""
    file = read_file(project.folder / _module(project))
    tree = python_tree(file.content) if file and not file.link else None
    for node in ast.walk(tree) if tree else ():
        match node:
            case ast.keyword(arg=str(name), value=ast.Constant(value=str(path))):
                if name in OPTIONS:
                    yield path, name


def _module(project: Project) -> Path:
    """Return the module that makes the application."""
    layout = project.layout
    if layout.application:
        with suppress(UsageMistake, Refused):
            return find_entry_point(project.folder, layout.application).made.module.path
    return Path(layout.folder, "main.py")

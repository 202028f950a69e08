"""Generated modules that their owner has put into another place, where nothing finds them."""

from collections.abc import Iterator, Sequence

from scaffold.errors import Refused
from scaffold.project.files import Tree
from scaffold.project.state import ROUTERS_FILE, Project, stub


def refuse_moved(project: Project) -> None:
    """Refuse to generate beside a package that stands somewhere else now, such as in `src/`.

    Raises:
        Refused: with the place.
    """
    folder = project.folder
    if (folder / ROUTERS_FILE).exists():
        return
    for found in sorted(folder.glob(f"*/{ROUTERS_FILE}")):
        place = found.relative_to(folder).as_posix().removesuffix(f"/{ROUTERS_FILE}")
        raise Refused(
            f"the package app stands in {place}/, and what is generated stands in app/",
            "move it back; an installed package needs no src/ when pyproject.toml names it",
        )


def refuse_package(project: Project, name: str) -> None:
    """Refuse to change an endpoint of whose module its owner has made a package.

    Raises:
        Refused: it is one.
    """
    if _is_package(project, name):
        raise Refused(
            f"{_package(name)} is a package of yours, and {stub(name)}, with which a change would "
            "be merged, is not there",
            f"put the endpoint into {stub(name)} again, and what it needs beside it",
        )


def package_notes(project: Project, base: Tree, theirs: Tree) -> Iterator[str]:
    """Yield a note for each of those packages whose endpoint changes or goes.

    Args:
        project: the project.
        base: what it was generated as.
        theirs: the render that is wanted.
    """
    names: Sequence[str] = project.names()
    for name in names:
        if base.get(stub(name)) != theirs.get(stub(name)) and _is_package(project, name):
            yield f"{_package(name)} is a package of yours, and stays as it is"


def _package(name: str) -> str:
    return f"{stub(name).removesuffix('.py')}/"


def _is_package(project: Project, name: str) -> bool:
    inside = project.folder / _package(name) / "__init__.py"
    return inside.exists() and not (project.folder / stub(name)).exists()

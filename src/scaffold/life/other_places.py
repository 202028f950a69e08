"""Generated modules that their owner has put into another place, where nothing finds them."""

from collections.abc import Iterator, Sequence

from scaffold.errors import Refused
from scaffold.project.files import Tree
from scaffold.project.state import Project


def refuse_moved(project: Project) -> None:
    """Refuse to generate beside a package that stands somewhere else now, such as in `src/`.

    Raises:
        Refused: with the place.
    """
    folder, routers = project.folder, project.layout.routers
    if (folder / routers).exists():
        return
    for found in sorted(folder.glob(f"*/{routers}")):
        package, own = project.layout.package, project.layout.folder
        place = found.relative_to(folder).as_posix().removesuffix(f"/{routers}")
        raise Refused(
            f"the package {package} stands in {place}/, and what is generated stands in {own}/",
            "move it back; an installed package needs no src/ when pyproject.toml names it",
        )


def refuse_package(project: Project, name: str) -> None:
    """Refuse to change an endpoint of whose module its owner has made a package.

    Raises:
        Refused: it is one.
    """
    if _is_package(project, name):
        module = project.layout.stub(name)
        raise Refused(
            f"{_package(project, name)} is a package of yours, and {module}, with which a change "
            "would be merged, is not there",
            f"put the endpoint into {module} again, and what it needs beside it",
        )


def package_notes(project: Project, base: Tree, theirs: Tree) -> Iterator[str]:
    """Yield a note for each of those packages whose endpoint changes or goes.

    Args:
        project: the project.
        base: what it was generated as.
        theirs: the render that is wanted.
    """
    names: Sequence[str] = project.names()
    path = project.layout.stub
    for name in names:
        if base.get(path(name)) != theirs.get(path(name)) and _is_package(project, name):
            yield f"{_package(project, name)} is a package of yours, and stays as it is"


def _package(project: Project, name: str) -> str:
    return f"{project.layout.stub(name).removesuffix('.py')}/"


def _is_package(project: Project, name: str) -> bool:
    inside = project.folder / _package(project, name) / "__init__.py"
    return inside.exists() and not (project.folder / project.layout.stub(name)).exists()

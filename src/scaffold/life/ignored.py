"""Files of generated code that git should not have, where `.gitignore` is the owner's."""

from collections.abc import Iterator
from pathlib import Path

from scaffold.project.files import Tree
from scaffold.project.layout import Layout
from scaffold.system import git


def rows_to_ignore(folder: Path, before: Tree, after: Tree, layout: Layout) -> Iterator[str]:
    """Yield what to ignore when a database comes to a project."""
    module = f"{layout.folder}/http/database.py"
    comes = module in after and module not in before
    if comes and ".gitignore" not in after and _is_tracked(folder, "app.db"):
        yield (
            "rows are in app.db until APP_DATABASE_URL names a PostgreSQL, and git does not ignore "
            "it here: add app.db* to .gitignore"
        )


def secrets_to_ignore(folder: Path) -> Iterator[str]:
    """Yield what to ignore before a project has settings."""
    if _is_tracked(folder, ".env"):
        yield (
            "generated code reads settings from .env, which git does not ignore here: "
            "add it to .gitignore before you put a secret there"
        )


def _is_tracked(folder: Path, name: str) -> bool:
    """Say whether git would add a file, where there is a repository at all."""
    return git.ask(folder, "check-ignore", "--quiet", name).status == 1

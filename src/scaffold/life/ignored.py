"""Files of generated code that git should not have, where `.gitignore` is the owner's."""

from collections.abc import Iterator
from pathlib import Path

from scaffold.project.files import Tree
from scaffold.project.layout import Layout
from scaffold.system import git


def to_ignore(folder: Path, before: Tree, after: Tree, layout: Layout) -> Iterator[str]:
    """Yield what to ignore when settings, or a database, come to a project."""

    def comes(module: str, brings: str) -> bool:
        path = f"{layout.folder}/{module}"
        is_new = path in after and path not in before and ".gitignore" not in after
        return is_new and _is_tracked(folder, brings)

    if comes("settings.py", ".env"):
        yield (
            "generated code reads settings from .env, which git does not ignore here: "
            "add it to .gitignore before you put a secret there"
        )
    if comes("http/database.py", "app.db"):
        yield (
            "rows are in app.db until APP_DATABASE_URL names a PostgreSQL, and git does not ignore "
            "it here: add app.db* to .gitignore"
        )


def _is_tracked(folder: Path, name: str) -> bool:
    """Say whether git would add a file, where there is a repository at all."""
    return git.ask(folder, "check-ignore", "--quiet", name).status == 1

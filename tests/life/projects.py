"""What tests read of a project, and do on its branches."""

import re
from contextlib import suppress
from pathlib import Path
from subprocess import CalledProcessError

from scaffold.project.files import Tree, read_tree
from tests.life.conftest import run
from tests.programs import commit, git


def tree(folder: Path) -> Tree:
    """Return every file of a project but those of git."""
    files = read_tree(folder)
    return {path: file for path, file in files.items() if not re.match(r"\.git(/|$)", path)}


def on_branch(project: Path, branch: str, *command: str) -> None:
    """Run a command on a new branch."""
    git(project, "checkout", "-q", "-b", branch, "main")
    done = run(*command)
    assert done.status == 0, done.stderr
    commit(project)


def merge(project: Path, branch: str) -> list[str]:
    """Merge a branch into the current one; return the files that git could not merge."""
    with suppress(CalledProcessError):
        git(project, "merge", "-q", branch)
    return git(project, "diff", "--name-only", "--diff-filter=U").split()

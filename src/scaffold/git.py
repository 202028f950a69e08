"""The first commit of a new project."""

import os
import subprocess
from pathlib import Path

from scaffold.errors import shortened

MESSAGE = "Start from fastapi-response-scaffold"


def forget_repository() -> None:
    """Drop the variables with which a git hook points its children at its own repository."""
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"):
        os.environ.pop(name, None)


def first_commit(project: Path, parent: Path) -> str | None:
    """Make the project a git repository with one commit.

    Args:
        project: the project's folder, which may still be a temporary one.
        parent: the folder that it will stand in.

    Returns:
        None, or why there is no commit, in words for the user; this is never fatal.
    """
    try:
        if _git(parent, "rev-parse", "--is-inside-work-tree").stdout.strip() == "true":
            return "no git repository was made, because the project stands inside of one"
        branch = [] if _git(project, "config", "init.defaultBranch").stdout else ["-b", "main"]
        for arguments in (["init", *branch], ["add", "--all"], ["commit", "--message", MESSAGE]):
            done = _git(project, *arguments)
            if done.returncode != 0:
                return f"git {arguments[0]} failed: {_reason(done.stderr)}"
    except FileNotFoundError:
        return "no git repository was made, because git is not installed"
    except OSError as error:
        return f"git could not be run: {error.strerror}"
    return None


def keep_lock(project: Path) -> None:
    """Add `uv.lock`, which the set-up of the environment wrote, to the first commit."""
    if (project / "uv.lock").is_file():
        _git(project, "add", "uv.lock")
        _git(project, "commit", "--amend", "--no-edit", "--no-verify")


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", "-C", str(folder), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def _reason(stderr: str) -> str:
    if "user.email" in stderr or "identity" in stderr:
        return "set user.name and user.email first, then run git add --all and git commit"
    return shortened(stderr) or "no reason given"

"""The first commit of a new project."""

from pathlib import Path

from scaffold.system import git

MESSAGE = "Start from fastapi-response-scaffold"


def first_commit(project: Path, parent: Path) -> str | None:
    """Make the project a git repository with one commit.

    Args:
        project: the project's folder, which may still be a temporary one.
        parent: the folder that it will stand in.

    Returns:
        None, or why there is no commit, in words for the user; this is never fatal.
    """
    inside = git.ask(parent, "rev-parse", "--is-inside-work-tree")
    if inside.text == "true":
        return "no git repository was made, because the project stands inside of one"
    if inside.status == git.NOT_RUN:
        return f"no git repository was made, because {inside.problem}"
    branch = [] if git.as_user(project, "config", "init.defaultBranch").output else ["-b", "main"]
    for arguments in (["init", *branch], ["add", "--all"], ["commit", "--message", MESSAGE]):
        done = git.as_user(project, *arguments)
        if done.status != 0:
            return f"git {arguments[0]} failed: {_reason(done.problem)}"
    return None


def keep_lock(project: Path) -> None:
    """Add `uv.lock`, which the set-up of the environment wrote, to the first commit."""
    if (project / "uv.lock").is_file():
        git.as_user(project, "add", "uv.lock")
        git.as_user(project, "commit", "--amend", "--no-edit", "--no-verify")


def _reason(problem: str) -> str:
    if "user.email" in problem or "identity" in problem:
        return "set user.name and user.email first, then run git add --all and git commit"
    return problem or "no reason given"

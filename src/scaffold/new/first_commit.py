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
    return _run(project, ["init", *branch]) or commit_all(project)


def commit_all(project: Path) -> str | None:
    """Commit everything in a project that is a repository; return None, or why that failed."""
    return _run(project, ["add", "--all"]) or _run(project, ["commit", "--message", MESSAGE])


def _run(project: Path, arguments: list[str]) -> str | None:
    done = git.as_user(project, *arguments)
    return None if done.status == 0 else f"git {arguments[0]} failed: {_reason(done.problem)}"


def keep_lock(project: Path) -> None:
    """Add `uv.lock`, which the set-up of the environment wrote, to the first commit."""
    if (project / "uv.lock").is_file():
        git.as_user(project, "add", "uv.lock")
        git.as_user(project, "commit", "--amend", "--no-edit", "--no-verify")


def _reason(problem: str) -> str:
    if "user.email" in problem or "identity" in problem:
        return "set user.name and user.email first, then run git add --all and git commit"
    return problem or "no reason given"

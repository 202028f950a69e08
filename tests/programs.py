"""Git and Copier, as tests run them, and the repositories that they make with them."""

import os
import subprocess
import sys
from pathlib import Path

from tools.template_copy import copy_template


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, as somebody."""
    who = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com"]
    command = ["git", *who, *arguments]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


def copier(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run Copier's own command."""
    return subprocess.run(
        [sys.executable, "-m", "copier", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )


def template_repository(folder: Path) -> str:
    """Make a git repository of this template, tagged v0.1.0, and return its URL."""
    copy_template(folder)
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "v0.1.0")
    return f"git+file://{folder}"


def commit(folder: Path, tag: str | None = None) -> None:
    """Commit everything, and tag it."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", tag or "edit")
    if tag:
        git(folder, "tag", tag)

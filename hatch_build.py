"""What a build adds: the index of the catalogue, and the commit that the files are from.

`scaffold.catalogue.index` and `scaffold.template.origin` read them.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

COMMIT = "commit.txt"
PACKED = ("compose", "copier.yml", "patterns", "presets", "pyproject.toml", "src", "template")


class MadeFiles(BuildHookInterface[Any]):
    """Makes these files where git does not see them."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write them; an editable install reads the checkout instead."""
        if version == "editable":
            return
        root = Path(self.root)
        made = root / ".cache" / self.target_name
        made.mkdir(parents=True, exist_ok=True)
        (made / COMMIT).write_text(commit_of(root), encoding="utf-8")
        places = {COMMIT: COMMIT}
        if self.target_name == "wheel":
            sys.path.insert(0, str(root / "src"))
            from scaffold.catalogue.index import NAME, write_index

            write_index(root, made / NAME)
            places = {name: f"scaffold/_template/{name}" for name in (COMMIT, NAME)}
        for name, place in places.items():
            build_data["force_include"][str(made / name)] = place


def commit_of(root: Path) -> str:
    """Return the commit of which a folder holds the files; nothing where they are of none.

    A checkout asks git. In what `git archive` writes, and in an sdist, the commit stands in a file.
    """
    if (root / ".git").exists():
        changes = git(root, "status", "--porcelain", "--", *PACKED)
        return git(root, "rev-parse", "HEAD") or "" if changes == "" else ""
    noted = (root / COMMIT).read_text("utf-8").strip() if (root / COMMIT).is_file() else ""
    return "" if "$" in noted else noted


def git(root: Path, *arguments: str) -> str | None:
    """Return what git says; None where it does not."""
    try:
        ran = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True)
    except OSError:
        return None
    return ran.stdout.strip() if ran.returncode == 0 else None

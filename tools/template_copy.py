"""A copy of the template alone, for what needs a template with a history of its own."""

from pathlib import Path
from shutil import copy2, copytree, ignore_patterns

from scaffold.catalogue.patterns import template_root


def copy_template(folder: Path) -> Path:
    """Copy the template's files into a new folder, without the repository around them."""
    folder.mkdir()
    for part in ("copier.yml", "compose", "patterns", "template"):
        source = template_root() / part
        if source.is_dir():
            ignored = ignore_patterns("__pycache__", "*.py[co]", ".*_cache")
            copytree(source, folder / part, ignore=ignored)
        else:
            copy2(source, folder)
    return folder

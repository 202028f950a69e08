"""What a user has set once for all projects: in Copier's settings file, and in git's."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from scaffold.errors import UsageMistake
from scaffold.system import git
from scaffold.system.yaml_files import read_yaml

_NAME = re.compile("[^\x00-\x1f\x7f-\x9f\u2028\u2029<>]{1,100}")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&*+/=?^_{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


def settings_path() -> Path:
    """Return where Copier looks for its user settings."""
    from platformdirs import user_config_path

    given = os.environ.get("COPIER_SETTINGS_PATH")
    return Path(given) if given else user_config_path("copier", appauthor=False) / "settings.yml"


def default_answers() -> dict[str, Any]:
    """Return the user's default answers, by question.

    Raises:
        UsageMistake: the file is there and cannot be read as settings.
    """
    path = settings_path()
    if not path.is_file():
        return {}
    try:
        settings = read_yaml(path) or {}
        return dict(settings.get("defaults") or {})
    except (yaml.YAMLError, ValueError, TypeError, AttributeError) as error:
        reason = "it must be YAML with a mapping of answers under defaults"
        raise UsageMistake(f"cannot read your Copier settings {path}: {reason}") from error


def author() -> dict[str, str]:
    """Return who git says is writing, as answers; nothing where Copier's settings name an author.

    What a project's metadata could not hold is left out.
    """
    if "author_name" in default_answers():
        return {}
    name, email = _configured("user.name"), _configured("user.email")
    if not _NAME.fullmatch(name):
        return {}
    known = {"author_name": name}
    return {**known, "author_email": email} if _EMAIL.fullmatch(email) else known


def with_author(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return answers with the author, unless they say something about the author themselves."""
    said = "author_name" in answers or "author_email" in answers
    return dict(answers) if said else {**author(), **answers}


def _configured(name: str) -> str:
    return git.ask(Path.cwd(), "config", "--get", name).text

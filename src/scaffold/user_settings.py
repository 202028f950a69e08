"""What a user has set once for all templates: the defaults in Copier's settings file."""

import os
from pathlib import Path
from typing import Any

import yaml

from scaffold.errors import UsageMistake


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
        settings = yaml.safe_load(path.read_bytes()) or {}
        return dict(settings.get("defaults") or {})
    except (yaml.YAMLError, ValueError, TypeError, AttributeError) as error:
        reason = "it must be YAML with a mapping of answers under defaults"
        raise UsageMistake(f"cannot read your Copier settings {path}: {reason}") from error

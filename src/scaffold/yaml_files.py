"""YAML files, read with PyYAML's parser in C where there is one."""

from pathlib import Path
from typing import Any

import yaml

YamlLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path) -> Any:
    """Return what a YAML file holds."""
    with path.open(encoding="utf-8") as stream:
        return yaml.load(stream, Loader=YamlLoader)

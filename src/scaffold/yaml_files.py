"""YAML, read with PyYAML's parser in C where there is one; a key that stands twice is a mistake."""

from pathlib import Path
from typing import Any

import yaml

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SPECIAL = ("tag:yaml.org,2002:merge", "tag:yaml.org,2002:value")
"""The keys `<<` and `=`, which PyYAML takes apart itself."""


class _UniqueKeys(yaml.constructor.BaseConstructor):
    """Each key of a mapping is unique, as YAML 1.2 section 3.2.1.1 wants it.

    PyYAML takes the last one, so that what was written first would be lost without a word.
    """

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Return the mapping of a node."""
        keys = [key for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []
        seen = []
        for key in keys:
            if key.tag in _SPECIAL:
                continue
            name = self.construct_object(key, deep=True)
            if name in seen:
                problem = f"the key {name} stands twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.append(name)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


class YamlLoader(_UniqueKeys, _Loader):  # type: ignore[misc]
    """Reads YAML as data."""


class TextLoader(_UniqueKeys, yaml.BaseLoader):
    """Reads YAML in which every scalar is text."""


def read_yaml(path: Path) -> Any:
    """Return what a YAML file holds."""
    with path.open(encoding="utf-8") as stream:
        return yaml.load(stream, Loader=YamlLoader)

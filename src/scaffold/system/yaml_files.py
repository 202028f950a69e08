"""YAML, read with PyYAML's parser in C where there is one; a key that stands twice is a mistake.

What is read may have been written by anybody. So a text is looked through before anything is made
of it: a few lines can stand for more values than a computer holds, since aliases repeat what they
name, and the parser in C crashes on what is nested too deeply.
"""

from dataclasses import dataclass
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


LARGEST = 1_000_000
"""The size in bytes, or characters, of the longest text: the answers of about 3,000 endpoints."""
MOST = 150_000
"""How many values a text may stand for, aliases included."""
DEEPEST = 50
"""How many lists and mappings may stand in each other, aliases included."""


def read_yaml(path: Path) -> Any:
    """Return what a YAML file holds.

    Raises:
        OSError: it cannot be read.
        yaml.YAMLError, ValueError: see `parse_yaml`.
    """
    with path.open("rb") as stream:
        text = stream.read(LARGEST + 1)
    try:
        return parse_yaml(text)
    except yaml.YAMLError as error:
        error.add_note(f"in {path}")
        raise


def parse_yaml(text: str | bytes, loader: Any = YamlLoader) -> Any:
    """Return what a YAML text means.

    Args:
        text: one document.
        loader: what makes Python's values of it.

    Raises:
        yaml.YAMLError: it is no YAML, or too much of it; `problem` says what, and `problem_mark`
            where.
        ValueError: a number or a date in it is none.
    """
    if len(text) > LARGEST:
        raise yaml.MarkedYAMLError(problem=f"it is longer than {LARGEST:,} bytes")
    _measure(text)
    return yaml.load(text, Loader=loader)


def problem_of(error: Exception) -> str:
    """Return in words what is wrong with a YAML text, and in which line."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    return f"line {mark.line + 1}: {problem}" if mark else problem


@dataclass
class _Extent:
    """How much a value holds: itself, and all that is in it."""

    anchor: str | None = None
    values: int = 1
    depth: int = 0


def _measure(text: str | bytes) -> None:
    """Refuse what would be too much, before it is made."""
    named: dict[str | None, _Extent] = {}
    opened = [_Extent()]
    event: Any
    for event in yaml.parse(text, Loader=YamlLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            opened.append(_Extent(event.anchor))
        elif isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent):
            _count(event, opened, named)
        depth = len(opened) + opened[-1].depth
        if depth > DEEPEST or opened[-1].values > MOST:
            raise yaml.MarkedYAMLError(
                problem=f"more than {DEEPEST} levels, or {MOST:,} values with what aliases repeat",
                problem_mark=event.start_mark,
            )


def _count(event: Any, opened: list[_Extent], named: dict[str | None, _Extent]) -> None:
    """Add a value that is complete to the one in which it stands."""
    if isinstance(event, yaml.AliasEvent):
        # One of what it stands in would be without end; one of nothing is the parser's to refuse.
        endless = event.anchor in (each.anchor for each in opened)
        found = _Extent(values=MOST) if endless else named.get(event.anchor, _Extent())
    elif isinstance(event, yaml.CollectionEndEvent):
        found = opened.pop()
        named[found.anchor] = found
    else:
        found = named[event.anchor] = _Extent()
    opened[-1].values += found.values
    opened[-1].depth = max(opened[-1].depth, found.depth + 1)

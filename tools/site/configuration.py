"""`zensical.toml` for the build: the one of the repository, with every page in its navigation."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from scaffold.catalogue.patterns import FAMILIES, Catalogue, load
from scaffold.checker import rules
from scaffold.shown.pages import HEADINGS
from tools.site.sources import COMMANDS, DOCS, PATTERNS, ROOT, RULES

SECTIONS = ("Start", "Tutorial", "How to", "Explanations", "Patterns", "Reference", "Decisions")
"""The navigation, in its order."""


def configuration() -> dict[str, Any]:
    """Return the configuration."""
    config = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))
    config["project"]["nav"] = navigation(config["project"]["nav"])
    return config


def navigation(written: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a navigation with the pages that it does not name, too.

    Args:
        written: sections with the pages that have a certain place.
    """
    sections = {name: items for section in written for name, items in section.items()}
    files = [path.relative_to(DOCS).as_posix() for path in sorted(DOCS.rglob("*.md"))]
    rest = [path for path in files if path not in leaves(written)]
    decisions = [path for path in rest if path.startswith("decisions/")]
    others = [path for path in rest if path not in decisions]
    sections["Decisions"] = [*sections["Decisions"], *decisions]
    checks = [f"{RULES}/index.md", *(f"{RULES}/{rule.name}.md" for rule in rules.RULES)]
    sections["Reference"] = [COMMANDS, {"Rules": checks}, *sections["Reference"], *others]
    sections["Patterns"] = [f"{PATTERNS}/index.md", *_families(load())]
    return [{name: sections[name]} for name in SECTIONS]


def leaves(entry: Any) -> list[str]:
    """Return the pages of a navigation, or of a part of it."""
    if isinstance(entry, str):
        return [entry]
    below = entry.values() if isinstance(entry, Mapping) else entry
    return [leaf for each in below for leaf in leaves(each)]


def _families(catalogue: Catalogue) -> Iterator[dict[str, list[str]]]:
    for family in FAMILIES:
        patterns = [f"{PATTERNS}/{pattern.id}.md" for pattern in catalogue.family(family)]
        yield {HEADINGS[family].partition(":")[0]: patterns}


def to_toml(config: Mapping[str, Any]) -> str:
    """Return a configuration as TOML, each setting of `project` in one line."""
    rows = [f"{json.dumps(key)} = {_inline(value)}" for key, value in config["project"].items()]
    return "\n".join(["[project]", *rows, ""])


def _inline(value: Any) -> str:
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(key)} = {_inline(each)}" for key, each in value.items())
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_inline, value))}]"
    return json.dumps(value, ensure_ascii=False)

"""The questions of the template, as `copier.yml` asks them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from scaffold.catalogue.patterns import documents_of, template_root
from scaffold.system.yaml_files import YamlLoader, read_yaml


def read_config(root: Path) -> dict[str, Any]:
    """Return `copier.yml` of a template folder, with what it includes."""

    class Loader(YamlLoader):
        """The YAML of Copier's own file."""

    def include(loader: Any, node: Any) -> list[Any]:
        paths = sorted(root.glob(loader.construct_scalar(node)))
        known = documents_of(root) if root == template_root() else {}
        return [known.get(f"{path.relative_to(root)}") or read_yaml(path) for path in paths]

    Loader.add_constructor("!include", include)
    config: dict[str, Any] = yaml.load((root / "copier.yml").read_bytes(), Loader=Loader)
    return config


def questions(config: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return what `copier.yml` asks or takes as data, without Copier's own settings."""
    return {name: question for name, question in config.items() if not name.startswith("_")}


def is_answered(question: Mapping[str, Any]) -> bool:
    """Say whether an answer can be given: values that are only computed have `when: false`."""
    return question.get("when") is not False

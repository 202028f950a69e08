"""A key that stands twice is a mistake wherever our own code reads YAML."""

from pathlib import Path

import pytest
import yaml

from scaffold.catalogue.index import read_files
from scaffold.catalogue.patterns import load, template_root
from scaffold.system.yaml_files import YamlLoader, read_yaml
from scaffold.template.questions import read_config
from tools.template_copy import copy_template


@pytest.mark.parametrize(
    "text",
    ["a: 1\na: 2", "{a: 1, 'a': 2}", "- b: {1: x, 1: y}", "true: 1\ntrue: 2", "[a]: 1\n[a]: 2"],
)
def test_twice_is_refused(text: str) -> None:
    with pytest.raises(yaml.YAMLError, match=r"the key .+ stands twice"):
        yaml.load(text, Loader=YamlLoader)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{a: {b: 1}, c: {b: 1}}", {"a": {"b": 1}, "c": {"b": 1}}),
        ("a: &a {b: 1, c: 2}\nd: {<<: *a, b: 3}", {"a": {"b": 1, "c": 2}, "d": {"b": 3, "c": 2}}),
        ("a: &a {b: 1}\nc: [*a, *a]", {"a": {"b": 1}, "c": [{"b": 1}, {"b": 1}]}),
        ("{=: 1, a: 2}", {"=": 1, "a": 2}),
    ],
)
def test_what_is_no_repetition(text: str, value: object) -> None:
    assert yaml.load(text, Loader=YamlLoader) == value


def test_the_place_is_named(tmp_path: Path) -> None:
    """Two conditions on one option are one key twice: the file, the line and the key are said."""
    root = copy_template(tmp_path / "template")
    file = root / "patterns/header/vary/pattern.yml"
    text = file.read_text(encoding="utf-8")
    right = "when: {field_names: {matches: '^\\[\\]$'}}"
    assert right in text
    wrong = right.replace("}}", "}, field_names: {not: []}}")
    file.write_text(text.replace(right, wrong), encoding="utf-8")
    line = text[: text.index(right)].count("\n") + 1
    said = rf"the key field_names stands twice\n.* line {line}, .*\n.*header/vary/pattern\.yml"
    for read in (read_files, load, read_config):
        with pytest.raises(yaml.YAMLError, match=said):
            read(root)


def test_the_repository_has_none() -> None:
    """In no YAML file, of the template or of the tests."""
    for path in template_root().rglob("*.yml"):
        if not {".venv", ".cache", ".git"} & set(path.relative_to(template_root()).parts):
            if path.name == "copier.yml":  # which includes others
                read_config(path.parent)
            else:
                read_yaml(path)

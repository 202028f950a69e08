"""Generated endpoints in an application that was there before answer as they do in their own."""

from pathlib import Path

import pytest

from scaffold.catalogue.patterns import template_root
from scaffold.system.yaml_files import read_yaml
from tests.generated.project import adopted


@pytest.mark.full
def test_types_and_suite(tmp_path: Path) -> None:
    """With each pattern of the application around them, and the toolkit's own test of it."""
    tour = read_yaml(template_root() / "presets" / "tour.yml")
    project = adopted(tmp_path / "service", preset="api", application=tour["application"])
    project.check_types("app")
    project.test("--ignore=tests/http")
    project.test("tests/http/test_inclusion.py")

"""Generated endpoints in an application that was there before answer as they do in their own."""

from pathlib import Path

from scaffold.catalogue.patterns import template_root
from scaffold.system.yaml_files import read_yaml
from tests.generated.project import adopted


def test_suite_passes(tmp_path: Path) -> None:
    """With each pattern of the application around them."""
    tour = read_yaml(template_root() / "presets" / "tour.yml")
    project = adopted(tmp_path / "service", preset="api", application=tour["application"])
    project.test("--ignore=tests/http")

"""`scaffold check` finds nothing in what is generated."""

from pathlib import Path

import pytest

from scaffold.checker.facts import Facts
from scaffold.checker.modules import Module, Project
from scaffold.checker.rules import RULES
from scaffold.checker.run import check
from scaffold.checker.source import Source
from scaffold.spec.answers import Sources, gather, presets
from tests.generated.project import generate

DEFAULT = [rule for rule in RULES if rule.default]


@pytest.mark.parametrize("preset", presets())
def test_nothing_is_found_in_a_generated_project(preset: str, tmp_path: Path) -> None:
    answers = gather(Sources(preset))
    project = generate(tmp_path, **answers)
    result = check([project.folder / "app"], DEFAULT)
    assert (list(result.findings), list(result.unreadable)) == ([], [])
    assert result.files > 10


def test_every_endpoint_of_a_generated_project_is_seen(tmp_path: Path) -> None:
    """Nothing would be found, either, if no route was seen."""
    answers = gather(Sources("tour"))
    folder = generate(tmp_path, **answers).folder / "app" / "endpoints"
    modules = Project()
    read = []
    for path in sorted(folder.glob("*.py")):
        read.append(Module(Source(path, str(path), path.read_bytes()), modules))
    seen = {route.function.name for route in Facts(read).registry.routes}
    assert {endpoint["name"] for endpoint in answers["endpoints"]} <= seen

"""A project keeps what has been discouraged since: its tests pass, and its README says so."""

from pathlib import Path

import pytest

from scaffold.spec.check import check, discouraged
from scaffold.template.renderer import render
from tests.conftest import HOSTILE_SPECS
from tests.generated.project import Project


@pytest.mark.full
def test_a_project_that_has_it_is_whole(tmp_path: Path) -> None:
    """All of it in one project; the README names each endpoint, the reason, and what mends it."""
    endpoints = [
        {**endpoint, "name": f"kept_{number}", "path": f"/kept/{number}"}
        for number, spec in enumerate(HOSTILE_SPECS)
        if spec.get("discouraged")
        for endpoint in spec["data"]["endpoints"]
    ]
    answers = {"application": ["security-headers"], "endpoints": endpoints}
    check(answers, new=False)
    render(tmp_path / "service", {"project_name": "service", "toolkit_tests": True, **answers})
    project = Project(tmp_path / "service")
    readme = (project.folder / "README.md").read_text(encoding="utf-8")
    for mistake, endpoint in zip(discouraged(answers), endpoints, strict=True):
        line = f"- `{endpoint['name']}`: {mistake.reason}; {mistake.suggestion}"
        assert f'{line} (`scaffold edit {endpoint["name"]} "LINE"`).\n' in readme
    project.lint()
    project.test("tests/endpoints", "tests/test_wire.py", "tests/test_openapi.py")

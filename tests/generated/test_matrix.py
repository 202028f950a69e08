"""Every pattern alone, every pair, every option: generated, linted, type-checked and tested."""

from pathlib import Path
from typing import Any

import pytest

from scaffold.catalogue import load, template_root
from scaffold.yaml_files import read_yaml
from tests.generated import matrix
from tests.generated.project import Project, generate


@pytest.fixture(scope="module", params=["pairs", "options", "paths"])
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project that holds one of the endpoint lists."""
    endpoints = getattr(matrix, request.param)()
    folder = tmp_path_factory.mktemp(request.param) / "service"
    return generate(folder, endpoints=endpoints, application=matrix.application())


def test_lint_format_types(project: Project) -> None:
    """Nothing is found by ruff, ruff format and mypy --strict."""
    project.lint()


def test_suite_passes(project: Project) -> None:
    """The project's own tests pass, with warnings as errors."""
    project.test()


def test_pairs_hold_every_pattern() -> None:
    """Each pattern that an endpoint can have is in the pairs, by each way that is valid for it."""
    pairs = matrix.pairs()
    used = {spec["response"] for spec in pairs}
    used |= {entry["pattern"] for spec in pairs for entry in spec.get("headers", [])}
    used |= {entry["pattern"] for spec in pairs for entry in spec.get("cookies", [])}
    used |= {spec["status"] for spec in pairs if "status" in spec}
    assert used == {p.id for p in load().patterns.values() if p.family != "app"}
    vias = {entry["via"] for spec in pairs for entry in spec.get("headers", [])}
    assert vias == {"parameter", "dependency", "direct"}


def test_options_hold_every_option() -> None:
    """Each option of each endpoint pattern has an endpoint that gives it another value."""
    given = set()
    for spec in matrix.options():
        places = [spec["response"], spec.get("status"), *spec.get("headers", [])]
        for entry in [*places, *spec.get("cookies", [])]:
            if isinstance(entry, dict):
                given |= {(entry["pattern"], option) for option in entry if option != "pattern"}
    declared = {
        (pattern.id, option)
        for pattern in load().patterns.values()
        if pattern.family != "app"
        for option in pattern.options
    }
    assert declared - given == set()


@pytest.mark.parametrize("entry", matrix.application(), ids=lambda entry: entry["pattern"])
def test_application_pattern(entry: dict[str, Any], tmp_path: Path) -> None:
    """Each application pattern, by itself, suits every kind of response."""
    project = generate(tmp_path / "service", endpoints=matrix.alone(), application=[entry])
    project.must("ruff", "check", "--no-cache", ".")
    project.must("ruff", "format", "--no-cache", "--check", ".")
    project.must("mypy", "--strict", "app/main.py", "app/middleware.py")
    project.test()


@pytest.mark.parametrize("preset", ["api", "empty", "exports", "tour", "web"])
def test_preset(preset: str, tmp_path: Path) -> None:
    """Each preset gives a project that is clean and whose tests pass."""
    project = generate(tmp_path / "service", preset=preset)
    project.lint()
    project.test()


def test_tour_holds_every_pattern() -> None:
    """The preset `tour` shows every pattern, except one that if-match rules out: `exports` does."""
    text = (template_root() / "presets" / "tour.yml").read_text(encoding="utf-8")
    missing = [p.id for p in load().patterns.values() if p.id not in text and p.id != "empty"]
    assert missing == ["compressed"]
    exports = read_yaml(template_root() / "presets" / "exports.yml")
    assert "compressed" in exports["application"]

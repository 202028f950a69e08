"""What a preset sends is what its OpenAPI document says, to whatever it is sent.

Schemathesis reads the document from a running server and makes requests of it, good and bad.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scaffold.catalogue.patterns import template_root
from scaffold.spec.answers import presets
from scaffold.spec.check import check_new
from scaffold.system.yaml_files import read_yaml
from tests.generated.project import Project, generate
from tests.generated.server import serve
from tests.generated.tour import PASSWORD, SECRET, SETTINGS, TOKEN, USER, tour

CONTRACT = Path(__file__).parent / "contract"

# How the project is broken, and the failure that Schemathesis must report.
LIES = [
    (
        "endpoints/archived_post.py",
        "    return ArchivedPost",
        "    1 / 0\n    return ArchivedPost",
        "ST101",
    ),
    ("endpoints/health.py", "    return", "    response.status_code = 203\n    return", "ST103"),
    ("endpoints/badge.py", '(drawing(), media_type="image/', '(drawing(), media_type="x/', "ST105"),
    ("endpoints/home.py", "    content_language.apply(response, request)\n", "", "ST107"),
    ("endpoints/featured_post.py", 'mode="json"', 'include={"id"}', "ST108"),
    ("http/application.py", "_never_null(parameter", "(parameter", "ST202"),
    ("http/routing.py", '"PATCH", "DELETE", ', '"PATCH", ', "ST205"),
    (
        "http/authentication.py",
        "settings.api_client if known else None",
        "settings.api_client",
        "ST401",
    ),
]


def contract(
    folder: Path, port: int, *more: str, settings_file: str = "schemathesis.toml"
) -> subprocess.CompletedProcess[str]:
    """Run Schemathesis with this repository's settings against a server."""
    settings = ["--config-file", str(CONTRACT / settings_file), "--no-color"]
    address = f"http://127.0.0.1:{port}/openapi.json"
    options = ["--generation-deterministic", *more]
    secrets = {"LOGIN_USER": USER, "LOGIN_PASSWORD": PASSWORD, "API_TOKEN": TOKEN}
    secrets |= {"WEBHOOK_SECRET": SECRET, "SERVICE": f"http://127.0.0.1:{port}"}
    return subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", *settings, "run", address, *options],
        cwd=folder,
        env={**os.environ, **secrets, "PYTHONPATH": str(CONTRACT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.full
def test_tour_keeps_its_contract(tmp_path: Path) -> None:
    """No check fails, and none is left out for want of a login, data or a reader."""
    project = tour(tmp_path / "service")
    with serve(project, "uvicorn", "app.main:app", settings=SETTINGS) as port:
        ran = contract(tmp_path, port)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize(
    "preset",
    [
        name if name == "api" else pytest.param(name, marks=pytest.mark.full)
        for name in sorted({*presets()} - {"tour", "empty"})
    ],
)
def test_presets_keep_their_contract(preset: str, tmp_path: Path) -> None:
    """As the command makes them, with their models listed; `empty` has no operation."""
    answers = check_new(read_yaml(template_root() / "presets" / f"{preset}.yml"))
    project = generate(tmp_path / "service", **answers)
    for endpoint in answers["endpoints"]:
        response = endpoint.get("response", {})
        if isinstance(response, dict) and "file" in response:
            file = project.folder / "files" / response["file"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(b"%PDF-0123456789")
    keep_rows(project, answers.get("resources", []))
    phases = {"store.toml": (), "stateful.toml": ("--phases", "stateful")}
    with serve(project, "uvicorn", "app.main:app", settings=SETTINGS) as port:
        for file, more in phases.items() if preset == "store" else [("presets.toml", ())]:
            ran = contract(tmp_path, port, *more, settings_file=file)
            assert ran.returncode == 0, ran.stdout + ran.stderr


def keep_rows(project: Project, resources: list[dict[str, Any]]) -> None:
    """Make the tables that a project has, and store some rows."""
    if resources:
        project.must("alembic", "revision", "--autogenerate", "-m", "First")
        project.must("alembic", "upgrade", "head")
        names = [one["name"] for one in resources]
        lines = [f"from tests.resources import {', '.join(names)}"]
        lines += [f"{name}.add(5)" for name in names]
        (project.folder / "seed.py").write_text("\n".join(lines))
        project.must("seed")


@pytest.mark.full
def test_lies_are_found(tmp_path: Path) -> None:
    """Each kind of them, or the test above would prove nothing."""
    project = tour(tmp_path / "service")
    for path, truth, lie, _ in LIES:
        file = project.folder / "app" / path
        source = file.read_text(encoding="utf-8")
        assert truth in source, "the table must break something that is there"
        file.write_text(source.replace(truth, lie, 1), encoding="utf-8")
    with serve(project, "uvicorn", "app.main:app", settings=SETTINGS) as port:
        ran = contract(tmp_path, port, "--phases", "coverage", "--no-shrink")
    assert ran.returncode == 1
    assert [code for *_, code in LIES if code not in ran.stdout] == [], ran.stdout

"""A project at the version of the command needs no network for anything."""

import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scaffold.catalogue.patterns import template_root
from scaffold.project import sources
from scaffold.project.files import Tree
from scaffold.template.origin import Origin
from scaffold.template.renderer import Template
from tests.life.conftest import ANSWERS, come_from, run
from tests.life.histories import STUB, append

pytestmark = pytest.mark.usefixtures("own_cache")

ORIGIN = Origin("https://template.invalid/scaffold.git", "v1.2.3")


@pytest.fixture
def offline(tmp_path: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project of the installed version, where nothing can be reached."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was used")

    folder = tmp_path / "service"
    Template(template_root()).write(folder, {**ANSWERS, **ORIGIN.data()})
    come_from(monkeypatch, ORIGIN)
    monkeypatch.setattr(socket, "socket", refuse)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("HOME", environment["HOME"])
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize(
    "command",
    [
        ["add", "GET /report msgpack as get_report"],
        ["remove", "export"],
        ["rename", "get_post", "show_post"],
        ["edit", "get_post", "GET /a/{post_id:int} json-model(model=Post)"],
        ["list"],
        ["update", "--data", "license=MIT"],
        ["update", "--to", "v1.2.3"],
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_nothing_is_fetched(offline: Path, command: list[str], tmp_path: Path) -> None:
    append(offline / STUB, "# mine\n")
    done = run(*command)
    assert done.status == 0, done.stderr
    assert not list((tmp_path / "cache").rglob("*.git"))


@pytest.mark.parametrize(
    "command",
    [
        ["update"],
        ["diff"],
        ["update", "--check"],
        ["update", "--to", "v1.3.0"],
        ["diff", "--to", "v1.3.0"],
    ],
)
def test_what_needs_the_network_says_so(offline: Path, command: list[str]) -> None:
    done = run(*command)
    assert done.status == 1
    assert done.stderr.startswith("error: cannot fetch the template from https://template.invalid/")
    assert done.stderr.count("\n") == 1


def test_another_version_needs_the_network(offline: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    come_from(monkeypatch, Origin(ORIGIN.src, "v1.2.4"))
    done = run("add", "GET /x plain-text")
    assert done.status == 1
    assert "cannot fetch the template from https://template.invalid/scaffold.git" in done.stderr
    listed = run("list")
    assert listed.status == 0
    assert "get_post    unknown" in listed.stdout
    assert "note: cannot fetch" in listed.stderr


def test_the_list_is_rendered_once(offline: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second list needs the files of the project only."""

    def refuse(*_: object) -> None:
        raise AssertionError("the project was rendered again")

    first = run("list")
    monkeypatch.setattr(sources.Direct, "render", refuse)
    assert run("list").stdout == first.stdout
    append(offline / STUB, "# mine\n")
    assert "edited" not in first.stdout
    assert "edited" in run("list").stdout


def test_another_list_is_rendered_again(offline: Path) -> None:
    run("list")
    assert run("add", "GET /report msgpack as get_report").status == 0
    assert "get_report  as generated" in run("list").stdout


def test_a_damaged_render_is_made_again(offline: Path, tmp_path: Path) -> None:
    first = run("list")
    (kept,) = (tmp_path / "cache").rglob("renders/*")
    damaged = kept.read_bytes().replace(b"async def", b"async fed")
    kept.write_bytes(damaged)
    assert run("list").stdout == first.stdout
    assert b"async def" in kept.read_bytes()


def test_a_change_renders_only_what_it_leads_to(
    offline: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What there is was kept by the change before it; what stands in the project counts."""
    real, rendered = sources.Direct.render, []

    def noting(self: sources.Direct, answers: Mapping[str, Any]) -> Tree:
        rendered.append(len(answers["endpoints"]))
        return real(self, answers)

    monkeypatch.setattr(sources.Direct, "render", noting)
    assert run("add", "GET /report msgpack as get_report").status == 0
    (before,) = rendered[1:]
    append(offline / "app/endpoints/get_report.py", "# mine\n")
    assert run("edit", "get_report", "GET /reports msgpack cache-control").status == 0
    assert run("add", "--dry-run", "GET /other plain-text as get_other").status == 0
    assert run("remove", "--force", "get_report").status == 0
    assert rendered[1:] == [before, before, before + 1, before - 1]
    assert run("list").stdout.count("edited") == 0


def test_what_was_edited_before_the_change_is_seen_after_it(offline: Path) -> None:
    """The kept render is what was generated, not what stands there."""
    append(offline / STUB, "# mine\n")
    assert run("add", "GET /report msgpack as get_report").status == 0
    assert run("list").stdout.count("edited") == 1

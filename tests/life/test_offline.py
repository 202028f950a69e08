"""A project at the version of the command needs no network for anything."""

import socket
from pathlib import Path

import pytest

from scaffold.catalogue.patterns import template_root
from scaffold.project import sources
from scaffold.template.origin import Origin
from scaffold.template.renderer import Template
from tests.life.conftest import ANSWERS, come_from, run
from tests.life.histories import STUB, append

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
    (kept,) = (tmp_path / "cache").rglob("renders/*.json")
    kept.write_text('{"stamp": [')
    assert run("list").stdout == first.stdout
    assert kept.stat().st_size > 1_000

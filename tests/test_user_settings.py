"""What a user has set once: in Copier's settings, and in git's."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from scaffold.catalogue.patterns import template_root
from scaffold.errors import InvalidSpec
from scaffold.system.user_settings import author, default_answers, settings_path, with_author
from scaffold.template.renderer import Template
from tests.conftest import Run

SETTINGS: dict[str, Any] = {
    "author_name": "Bea",
    "author_email": "bea@example.com",
    "license": "MIT",
    "python_version": 3.13,
    "application_patterns": ["cors"],
}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file of the user's settings, which is not there yet."""
    file = tmp_path / "settings.yml"
    monkeypatch.setenv("COPIER_SETTINGS_PATH", str(file))
    return file


@pytest.fixture
def git_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that sets git's name and address."""

    def says(name: str, email: str) -> None:
        file = tmp_path / "gitconfig"
        file.write_text(f"[user]\nname = {name}\nemail = {email}\n")
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(file))
        monkeypatch.chdir(tmp_path)

    return says


def test_no_settings_are_no_answers(settings: Path) -> None:
    assert settings_path() == settings
    assert default_answers() == {}


def test_a_project_starts_from_the_settings(
    scaffold: Run, settings: Path, environment: dict[str, str]
) -> None:
    settings.write_text(yaml.safe_dump({"defaults": SETTINGS}))
    env = environment | {"COPIER_SETTINGS_PATH": str(settings)}
    line = "GET /a json-model as get_a"
    shown = scaffold("new", "a", line, "--show", ".copier-answers.yml", env=env)
    recorded = yaml.safe_load(shown.stdout)
    assert recorded["author_name"] == "Bea"
    assert recorded["author_email"] == "bea@example.com"
    assert recorded["license"] == "MIT"
    assert recorded["python_version"] == "3.13"
    assert recorded["application"] == ["cors"]


def test_the_command_line_goes_before_the_settings(
    scaffold: Run, settings: Path, environment: dict[str, str]
) -> None:
    settings.write_text(yaml.safe_dump({"defaults": SETTINGS}))
    env = environment | {"COPIER_SETTINGS_PATH": str(settings)}
    said = ("--data", "author_name=Cid", "--data", "application=[]", "--data", "license=Apache-2.0")
    shown = scaffold("new", "a", "--defaults", *said, "--show", ".copier-answers.yml", env=env)
    recorded = yaml.safe_load(shown.stdout)
    assert recorded["author_name"] == "Cid"
    assert recorded["license"] == "Apache-2.0"
    assert recorded["application"] == []


def test_a_mistake_in_the_settings_says_where_it_stands(settings: Path, tmp_path: Path) -> None:
    settings.write_text("defaults: {license: WTFPL}\n")
    with pytest.raises(InvalidSpec) as caught:
        list(Template(template_root()).files(tmp_path / "a", {"endpoints": [], "application": []}))
    expected = "use one of MIT, Apache-2.0, Proprietary; it stands under defaults in your Copier"
    assert expected in str(caught.value)
    assert str(settings) in str(caught.value)


def test_git_says_who_writes(scaffold: Run) -> None:
    """The environment of the tests has an identity for git."""
    shown = scaffold("new", "a", "--preset", "empty", "--show", ".copier-answers.yml")
    recorded = yaml.safe_load(shown.stdout)
    assert (recorded["author_name"], recorded["author_email"]) == ("Ana", "ana@example.com")


@pytest.mark.parametrize(
    ("name", "email", "expected"),
    [
        ("Ana", "ana@example.com", {"author_name": "Ana", "author_email": "ana@example.com"}),
        ("Ana", "root@(none)", {"author_name": "Ana"}),
        ("A <a@b.c>", "ana@example.com", {}),
        ("", "ana@example.com", {}),
        ("x" * 101, "ana@example.com", {}),
    ],
)
def test_what_git_says_fits_the_questions(
    git_says: Any, settings: Path, name: str, email: str, expected: dict[str, str]
) -> None:
    git_says(name, email)
    assert author() == expected
    template = Template(template_root())
    assert not [each for each in expected if template.problem(each, Path("a"), expected)]


def test_an_author_is_never_mixed_with_another(git_says: Any, settings: Path) -> None:
    git_says("Ana", "ana@example.com")
    assert with_author({"author_name": "Bea"}) == {"author_name": "Bea"}
    assert with_author({"author_email": ""}) == {"author_email": ""}
    assert with_author({})["author_name"] == "Ana"
    settings.write_text("defaults: {author_name: Bea}\n")
    assert with_author({}) == {}

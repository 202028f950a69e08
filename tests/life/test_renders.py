"""A version that is not the command's own is rendered once, unless what it depends on changes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scaffold.project.files import Tree
from scaffold.project.sources import WithCopier
from scaffold.template.repository import Repository
from tests.life.conftest import replace, run


@pytest.fixture
def renders(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the endpoints of each render of the project's version, in a list that grows."""
    real = WithCopier.render
    seen: list[str] = []

    def render(self: WithCopier, answers: Mapping[str, Any]) -> Tree:
        if self.origin.commit == "v0.1.0":
            seen.append(" ".join(each["name"] for each in answers["endpoints"]))
        return real(self, answers)

    monkeypatch.setattr(WithCopier, "render", render)
    return seen


def test_a_command_renders_what_is_new_only(project: Path, renders: list[str]) -> None:
    assert run("list").status == run("diff").status == 0
    [once] = renders
    assert run("add", "GET /x plain-text as x").status == 0
    assert renders == [once, f"{once} x"]
    assert run("diff").status == 0
    assert run("remove", "x").status == 0
    assert renders == [once, f"{once} x", once]


def test_other_answers_are_rendered_anew(project: Path, renders: list[str]) -> None:
    run("list")
    assert len(renders) == 1
    replace(project / ".copier-answers.yml", "description: ", "description: Another ")
    run("list")
    assert len(renders) > 1


def test_another_commit_is_rendered_anew(
    project: Path, renders: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as that of a tag which has moved."""
    run("list")
    real = Repository.commit
    checked_out = Repository.checked_out
    monkeypatch.setattr(Repository, "commit", lambda self, ref: real(self, ref)[::-1])
    monkeypatch.setattr(
        Repository, "checked_out", lambda self, commit: checked_out(self, commit[::-1])
    )
    run("list")
    assert len(renders) == 2

"""What parts became is kept for the next command, and believed only where nobody else can write."""

import hashlib
import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from scaffold.catalogue.patterns import template_root
from scaffold.errors import InvalidSpec
from scaffold.spec import check
from scaffold.system.yaml_files import read_yaml
from scaffold.template import kept_parts
from scaffold.template.renderer import Template
from tools.template_copy import copy_template


@pytest.fixture
def cache(own_cache: Path) -> Path:
    """Return the folder in which files are kept."""
    return own_cache / kept_parts.FOLDER


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the templates that are rendered from now on, but for those that need all answers."""
    names: list[str] = []
    real = Template._content

    def noting(self: Template, source: Path, context: Any) -> bytes:
        if "{% yield" in source.name:
            names.append(source.name)
        return real(self, source, context)

    monkeypatch.setattr(Template, "_content", noting)
    return names


def render(answers: dict[str, Any], root: Path | None = None) -> dict[str, bytes]:
    """Return what another process, which shares nothing but the cache, renders."""
    given = {"project_name": "service", **answers}
    template = Template(root or template_root())
    return {file.path: file.content for file in template.files(Path("service"), given)}


def test_a_life_is_the_same_with_and_without(
    cache: Path, rendered: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Endpoints come and go, answers that all files share change, and change back."""
    preset = read_yaml(template_root() / "presets" / "web.yml")
    chosen = random.Random(1)
    steps: list[dict[str, Any]] = [
        {**preset, "endpoints": chosen.sample(preset["endpoints"], size), "handlers": handlers}
        for size, handlers in ((3, "async"), (5, "async"), (4, "sync"), (4, "async"))
    ]
    kept = [render(answers) for answers in (*steps, steps[-1])]
    assert kept.pop() == kept[-1]
    before = len(rendered)
    assert render(steps[-1]) == kept[-1]
    assert len(rendered) == before > 0
    assert [path.stat().st_mode & 0o777 for path in (cache, *cache.iterdir())][:2] == [0o700, 0o600]
    monkeypatch.setattr(kept_parts.KeptPart, "get", lambda *_: None)
    monkeypatch.setattr(kept_parts.KeptPart, "put", lambda *_: None)
    assert [render(answers) for answers in steps] == kept


ANSWERS: dict[str, Any] = {
    "application": [],
    "endpoints": [{"name": "show", "method": "GET", "path": "/", "response": "plain-text"}],
}


NAMING: dict[str, Any] = {
    "name": "name",
    "method": "GET",
    "path": "/name",
    "response": {"pattern": "json-model", "model": "Post"},
}


@pytest.mark.parametrize("harm", ["flipped", "open", "no JSON", "empty"])
def test_what_others_may_have_written_is_not_believed(
    cache: Path, rendered: list[str], harm: str
) -> None:
    """It is made again, as if nothing had been kept."""
    good = render(ANSWERS)
    assert len([*cache.iterdir()]) == 2
    for path in cache.iterdir():
        content = path.read_bytes()[32:].replace(b"GET", b"BAD")
        assert content != path.read_bytes()[32:]
        forged = {
            "flipped": path.read_bytes()[:32] + content,
            "open": hashlib.sha256(content).digest() + content,
            "no JSON": hashlib.sha256(b"{").digest() + b"{",
            "empty": b"",
        }
        path.write_bytes(forged[harm])
        path.chmod(0o666 if harm == "open" else 0o600)
    rendered.clear()
    assert render(ANSWERS) == good
    assert rendered


def test_another_template_has_its_own(tmp_path: Path, cache: Path, rendered: list[str]) -> None:
    """An edit of any file that is rendered counts, at once; a copy elsewhere is the same one."""
    first = copy_template(tmp_path / "first")
    good = render(ANSWERS, first)
    rendered.clear()
    assert render(ANSWERS, shutil.copytree(first, tmp_path / "second")) == good
    assert not rendered
    stub = tmp_path / "second/patterns/response/plain-text/endpoint.py.jinja"
    stub.write_text(stub.read_text().replace('"""', '"""Now: ', 1))
    changed = render(ANSWERS, tmp_path / "second")
    assert b"Now: " in changed["app/endpoints/show.py"]
    assert b"Now: " not in good["app/endpoints/show.py"]


def test_keys_are_what_was_asked_for_last(cache: Path) -> None:
    """What no command has used is not kept on."""
    render(ANSWERS)
    other = {**ANSWERS["endpoints"][0], "name": "other", "path": "/other"}
    render({**ANSWERS, "endpoints": [other]})
    kept = [json.loads(path.read_bytes()[32:])["became"] for path in cache.iterdir()]
    assert sorted(map(len, kept)) == [1, 2]
    texts = [text for became in kept for text in became.values()]
    assert [text for text in texts if "other" not in text] == []


def test_names_of_models_are_no_secret_of_the_plan(cache: Path) -> None:
    """What an endpoint means depends on the models that there are."""
    answers = {**ANSWERS, "endpoints": [*ANSWERS["endpoints"], NAMING]}
    models = [{"name": "Post", "fields": {"id": "int"}}]
    first = render({**answers, "models": models})
    models = [{"name": "Post", "fields": {"id": "str"}}]
    second = render({**answers, "models": models})
    assert b'{"id": "example"}' in second["tests/endpoints/test_name.py"]
    assert first["tests/endpoints/test_name.py"] != second["tests/endpoints/test_name.py"]


def test_what_was_checked_is_not_checked_again(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what has changed is; what is wrong with all of it together is found each time."""
    asked: list[str] = []
    real = check.Checker._refuse

    def noting(self: check.Checker, macro: str, *arguments: Any) -> None:
        asked.append(macro)
        real(self, macro, *arguments)

    monkeypatch.setattr(check.Checker, "_refuse", noting)

    def checked(*endpoints: Any) -> list[str]:
        check._recent.clear()
        asked.clear()
        answers = {**ANSWERS, "project_name": "service", "endpoints": [*endpoints]}
        try:
            found = check.check(answers, new=False)
            assert [one.name for one in found] == [one["name"] for one in endpoints]
        except InvalidSpec as error:
            asked.append(str(error.field))
        return [one for one in asked if one != "check_application"]

    one = ANSWERS["endpoints"][0]
    other = {**one, "name": "other", "path": "/other"}
    assert checked(one, other) == ["check_endpoint", "check_endpoint", "check_together"]
    assert checked(other, one) == ["check_together"]
    assert checked(one, {**other, "path": "/"}) == [
        *("check_endpoint", "check_together"),
        "endpoints[1].path",
    ]
    assert checked(one, {**other, "response": "none"})[-1] == "endpoints[1].response"
    assert checked(one, {**other, "response": "none"})[-1] == "endpoints[1].response"

"""What was rendered is kept for the next command, and believed only where nobody else can write."""

import hashlib
import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from scaffold.catalogue.patterns import template_root
from scaffold.system.yaml_files import read_yaml
from scaffold.template import kept_files
from scaffold.template.renderer import Template
from tools.template_copy import copy_template


@pytest.fixture
def cache(own_cache: Path) -> Path:
    """Return the folder in which files are kept."""
    return own_cache / kept_files.FOLDER


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
    monkeypatch.setattr(kept_files.KeptFiles, "get", lambda *_: None)
    monkeypatch.setattr(kept_files.KeptFiles, "put", lambda *_: None)
    assert [render(answers) for answers in steps] == kept


ANSWERS: dict[str, Any] = {
    "application": [],
    "endpoints": [{"name": "show", "method": "GET", "path": "/", "response": "plain-text"}],
}


@pytest.mark.parametrize("harm", ["flipped", "open", "no JSON", "empty"])
def test_what_others_may_have_written_is_not_believed(
    cache: Path, rendered: list[str], harm: str
) -> None:
    """It is rendered again, as if nothing had been kept."""
    good = render(ANSWERS)
    (path,) = cache.iterdir()
    content = path.read_bytes()[32:].replace(b"GET /", b"BAD /")
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
    other = {**ANSWERS["endpoints"][0], "name": "other"}
    render({**ANSWERS, "endpoints": [other]})
    (path,) = cache.iterdir()
    assert {
        json.loads(key)[1]["endpoint"]["name"] for key in json.loads(path.read_bytes()[32:])
    } == {"other"}

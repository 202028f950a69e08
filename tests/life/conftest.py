"""Projects with a past, and the commands on them, run quickly.

The command runs in this process, and each render is made once for all tests; everything else is
real: the git repositories, the files, the merges and the exit statuses.
"""

import json
import shutil
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from scaffold.cli.app import app
from scaffold.project import sources
from scaffold.project.files import Tree, read_tree
from scaffold.project.sources import Direct, WithCopier
from scaffold.template import repository
from scaffold.template.origin import Origin
from scaffold.template.renderer import Template
from scaffold.template.repository import Repository
from tests.programs import commit, git
from tools.template_copy import copy_template

GET_POST = "GET /posts/{post_id:int} json-model(model=Post) cache-control as get_post"
ANSWERS: dict[str, Any] = {
    "project_name": "service",
    "description": "A service.",
    "author_name": "",
    "license": "Proprietary",
    "python_version": "3.11",
    "toolkit_tests": True,
    "application": ["security-headers"],
    "endpoints": [
        {
            "name": "get_post",
            "method": "GET",
            "path": "/posts/{post_id:int}",
            "response": {"pattern": "json-model", "model": "Post"},
            "headers": ["cache-control"],
        },
        {"name": "list_posts", "method": "GET", "path": "/posts", "response": "json-direct"},
        {"name": "export", "method": "GET", "path": "/posts.csv", "response": "csv-stream"},
    ],
}
"""What the project of these tests was generated from."""


@dataclass(frozen=True)
class Done:
    """What a command did."""

    status: int
    stdout: str
    stderr: str
    output: bytes = b""
    """The same as `stdout`, byte by byte."""

    def json(self) -> Any:
        """Return its result as data."""
        return json.loads(self.stdout)


def run(*arguments: str | Path, given: str | None = None) -> Done:
    """Run the command; `given` is what somebody types."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=given)
    error = result.exception
    if error is not None and not isinstance(error, SystemExit):
        raise error
    return Done(result.exit_code, result.stdout, result.stderr, result.stdout_bytes)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository of this template with a second version."""
    folder = copy_template(tmp_path_factory.mktemp("life") / "template")
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "v0.1.0")
    second_version(folder)
    commit(folder, "v0.2.0")
    return folder


def second_version(folder: Path) -> None:
    """Change the template as releases do: files come, go and change."""
    project = folder / "template"
    (project / "SECURITY.md").write_text("How to report a problem.\n")
    (project / ".dockerignore.jinja").unlink()
    replace(project / "pyproject.toml.jinja", "uvicorn>=0.50", "uvicorn>=0.51")
    replace(project / "app/http/caching.py", '"""', '"""Of the second version. ')
    replace(project / "README.md.jinja", "## Deploy\n", "## Deploy it\n")
    replace(folder / "patterns/response/json-model/endpoint.py.jinja", '    """', '    """Now: ')
    shutil.copytree(folder / "patterns/header/vary", folder / "patterns/header/own-vary")
    replace(folder / "patterns/header/own-vary/pattern.yml", "id: vary", "id: own-vary")


def replace(path: Path, old: str, new: str) -> None:
    """Replace the first occurrence of a text in a file; there must be one."""
    text = path.read_bytes().decode()
    assert old in text, f"{path} has no {old!r}"
    path.write_bytes(text.replace(old, new, 1).encode())


@pytest.fixture(scope="session")
def versions(template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return a plain folder for each version."""
    folder = tmp_path_factory.mktemp("versions")
    for tag in ("v0.1.0", "v0.2.0"):
        git(template, "worktree", "add", "--quiet", "--detach", str(folder / tag), tag)
    return {git(template, "rev-parse", tag): folder / tag for tag in ("v0.1.0", "v0.2.0")}


@pytest.fixture(scope="session")
def origin(template: Path) -> Origin:
    """Return the first version."""
    return Origin(f"git+{template.as_uri()}", "v0.1.0")


@pytest.fixture(scope="session")
def generated(
    versions: dict[str, Path], origin: Origin, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return a committed project of the first version, to be copied."""
    folder = tmp_path_factory.mktemp("generated") / "service"
    first, _ = versions.values()
    Template(first).write(folder, {**ANSWERS, **origin.data()})
    git(folder, "init", "-q", "-b", "main")
    commit(folder)
    return folder


@pytest.fixture
def project(
    generated: Path,
    origin: Origin,
    tmp_path: Path,
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """Return a project of the first version, in the current folder's place."""
    folder = tmp_path / "service"
    shutil.copytree(generated, folder, symlinks=True)
    for name in ("HOME", "XDG_CONFIG_HOME", "GIT_CONFIG_NOSYSTEM"):
        monkeypatch.setenv(name, environment[name])
    come_from(monkeypatch, Origin(origin.src, "v9.9.9"))
    monkeypatch.chdir(folder)
    return folder


def come_from(monkeypatch: pytest.MonkeyPatch, origin: Origin) -> None:
    """Let the command be one of another version."""
    for module in (sources, repository):
        monkeypatch.setattr(module, "find_origin", lambda: origin)


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cache in which one test finds what another has fetched and computed."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def folders(shared_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what the command keeps for its user apart from that of whoever runs the tests.

    What tests something about the cache has its `own_cache`.
    """
    monkeypatch.setenv("XDG_CACHE_HOME", str(shared_cache))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


_RENDER, _CHECKED_OUT = WithCopier.render, Repository.checked_out
_RENDERED: dict[str, Tree] = {}
_TEMPLATES: dict[Path, Template] = {}


@cache
def digest(folder: Path) -> str:
    """Return what tells the files of a template from those of another version."""
    hashed = sha256()
    for path, file in sorted(read_tree(folder).items()):
        hashed.update(f"{path}\0{len(file.content)}\0".encode() + file.content)
    return hashed.hexdigest()


@pytest.fixture(autouse=True)
def remembered(versions: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Check each version out once, and render it with the same answers once, without Copier."""

    def render(self: WithCopier, answers: Mapping[str, Any]) -> Tree:
        key = json.dumps([digest(self.root), self.origin.data(), answers], sort_keys=True)
        if key not in _RENDERED:
            direct = Direct(self.root, self.origin)
            if self.root not in _TEMPLATES:
                _TEMPLATES[self.root] = Template(self.root)
            monkeypatch.setitem(direct.__dict__, "_template", _TEMPLATES[self.root])
            direct.check(answers)
            _RENDERED[key] = direct.render(answers)
        return _RENDERED[key]

    def checked_out(self: Repository, commit: str) -> AbstractContextManager[Path]:
        return nullcontext(versions[commit])

    monkeypatch.setattr(WithCopier, "render", render)
    monkeypatch.setattr(Repository, "checked_out", checked_out)


@pytest.fixture
def real_checkouts(remembered: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let git check out each version again, so that it is as it is then."""
    monkeypatch.setattr(Repository, "checked_out", _CHECKED_OUT)


@pytest.fixture
def real_renders(real_checkouts: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Remember nothing: let Copier render, too."""
    monkeypatch.setattr(WithCopier, "render", _RENDER)

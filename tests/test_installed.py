"""The command as people get it: a wheel, in an empty home, without an identity for git."""

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from scaffold.project.state import ANSWERS_FILE
from scaffold.template.origin import BUILT_FROM, DISTRIBUTION
from tests.conftest import ROOT
from tests.programs import commit, git
from tools import release
from tools.address import declared

pytestmark = pytest.mark.full

KEPT = ("PIP_", "UV_", "SSL_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "LANG", "LC_")
"""What a container has of the environment besides: where packages come from, and the language."""


@dataclass(frozen=True)
class Container:
    """An empty home, and the programs that an image of Python with git and uv has."""

    home: Path
    template: Path

    def run(self, *command: str | Path, cwd: Path | None = None) -> str:
        """Run a program to its end, and return what it prints."""
        kept = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
        paths = [
            self.home / ".local/bin",
            self.home / "tools/bin",
            "/usr/local/bin",
            "/usr/bin",
            "/bin",
        ]
        environment = kept | {
            "HOME": str(self.home),
            "PATH": os.pathsep.join(map(str, paths)),
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{self.template.as_uri()}.insteadOf",
            "GIT_CONFIG_VALUE_0": declared(),
        }
        done = subprocess.run(
            [str(word) for word in command],
            cwd=cwd or self.home,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a clone of this repository, as its public address would have it."""
    folder = tmp_path_factory.mktemp("public") / "template"
    git(ROOT, "clone", "--quiet", ROOT.as_uri(), str(folder))
    return folder


@pytest.fixture(scope="module")
def wheel(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel of the commit."""
    return release.build("HEAD", tmp_path_factory.mktemp("dist"), template)


@pytest.fixture
def container(template: Path, tmp_path: Path) -> Container:
    """Return an empty home, and a repository of this container's own at the public address."""
    home, public = tmp_path / "home", tmp_path / "public"
    home.mkdir()
    git(tmp_path, "clone", "--quiet", str(template), str(public))
    return Container(home, public)


def with_pip(container: Container, wheel: Path) -> Sequence[str | Path]:
    """Install the command with pip; return what removes it."""
    container.run(sys.executable, "-m", "venv", container.home / "tools")
    container.run("pip", "install", "--quiet", wheel)
    return ["pip", "uninstall", "--yes", DISTRIBUTION]


def with_pipx(container: Container, wheel: Path) -> Sequence[str | Path]:
    """Install the command with pipx."""
    container.run(sys.executable, "-m", "venv", container.home / "tools")
    container.run("pip", "install", "--quiet", "pipx")
    container.run("pipx", "install", wheel)
    return ["pipx", "uninstall", DISTRIBUTION]


def with_uv(container: Container, wheel: Path) -> Sequence[str | Path]:
    """Install the command with uv."""
    uv = shutil.which("uv", path=Path(sys.executable).parent)
    assert uv is not None
    container.run(uv, "tool", "install", "--quiet", "--python", sys.executable, wheel)
    return [uv, "tool", "uninstall", DISTRIBUTION]


Install = Callable[[Container, Path], Sequence[str | Path]]


@pytest.mark.parametrize("install", [with_pip, with_pipx, with_uv], ids=["pip", "pipx", "uv"])
def test_a_wheel_in_an_empty_home(install: Install, container: Container, wheel: Path) -> None:
    """It makes a project whose tests pass, adds to it, updates it, and goes away again."""
    remove = install(container, wheel)
    container.run("scaffold", "new", "my-service", "--preset", "api")
    project = container.home / "my-service"
    python = project / ".venv/bin/python"
    container.run(python, "-m", "pytest", "-q", cwd=project)
    line = "GET /exports/all.csv csv-stream as export_all"
    container.run("scaffold", "add", line, cwd=project)
    (container.template / "template" / "NEW.md").write_text("New.\n", encoding="utf-8")
    commit(container.template)
    newer = git(container.template, "rev-parse", "--short", "HEAD")
    container.run("scaffold", "update", "--to", newer, cwd=project)
    assert (project / "NEW.md").read_text(encoding="utf-8") == "New.\n"
    assert f"_commit: {newer}" in (project / ANSWERS_FILE).read_text(encoding="utf-8")
    container.run(python, "-m", "pytest", "-q", cwd=project)
    container.run(*remove)
    assert not any(path.name == "scaffold" for path in container.home.rglob("bin/*"))


def test_the_sdist_is_what_the_commit_holds(template: Path, tmp_path: Path) -> None:
    """And a wheel that is built from it is that of the commit."""
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(tmp_path)]
    subprocess.run([*build, "--sdist", str(template)], check=True)
    (sdist,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(sdist) as opened:
        opened.extractall(tmp_path, filter="data")
    source = tmp_path / sdist.name.removesuffix(".tar.gz")
    found = {
        path.relative_to(source).as_posix(): path for path in source.rglob("*") if path.is_file()
    }
    listed = set(git(template, "ls-files").splitlines())
    assert found.keys() - {"PKG-INFO"} == listed
    different = [
        name
        for name in listed - {BUILT_FROM}
        if found[name].read_bytes() != (template / name).read_bytes()
    ]
    assert different == []
    assert found[BUILT_FROM].read_text() == git(template, "rev-parse", "HEAD")
    subprocess.run([*build, "--wheel", str(source)], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    assert list(release.differences(wheel, "HEAD", template)) == []

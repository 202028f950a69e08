"""Where a project's template comes from, for each way to install the command."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
from importlib.metadata import Distribution, PathDistribution
from pathlib import Path
from typing import Any

import pytest

from hatch_build import commit_of
from scaffold.catalogue.index import read_files
from scaffold.catalogue.patterns import template_root
from scaffold.template.origin import Origin, find_origin, version
from tests.conftest import ROOT
from tools.address import declared

TEMPLATE = declared()
COMMIT = "0123456789abcdef0123456789abcdef01234567"
METADATA = f"""Metadata-Version: 2.4
Name: fastapi-response-scaffold
Version: 1.2.3
Project-URL: Changelog, https://example.com/changelog
Project-URL: Template, {TEMPLATE}
"""


def installed(
    folder: Path, direct_url: dict[str, Any] | None = None, number: str = "1.2.3"
) -> Distribution:
    """Return the metadata of an installed distribution."""
    info = folder / "fastapi_response_scaffold-1.2.3.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(METADATA.replace("1.2.3", number))
    if direct_url is not None:
        (info / "direct_url.json").write_text(json.dumps(direct_url))
    return PathDistribution(info)


def wheel_origin(
    folder: Path,
    direct_url: dict[str, Any] | None = None,
    built_from: str | None = COMMIT,
    number: str = "1.2.3",
) -> Origin:
    """Return the origin that an installed wheel finds."""
    root = folder / "_template"
    root.mkdir()
    if built_from is not None:
        (root / "commit.txt").write_text(built_from)
    return find_origin(root, installed(folder, direct_url, number))


def test_a_release_names_the_declared_address_and_the_tag(tmp_path: Path) -> None:
    assert wheel_origin(tmp_path) == Origin(TEMPLATE, "v1.2.3")


def test_a_wheel_file_is_the_same_as_an_index(tmp_path: Path) -> None:
    direct_url = {"url": "file:///dist/x.whl", "archive_info": {"hash": "sha256=0"}}
    assert wheel_origin(tmp_path, direct_url) == Origin(TEMPLATE, "v1.2.3")


@pytest.mark.parametrize(
    ("built_from", "number", "commit"),
    [(COMMIT, "1.3.0.dev0", COMMIT), ("", "1.2.3", None), (None, "1.2.3", None)],
)
def test_what_is_no_release_names_no_tag(
    tmp_path: Path, built_from: str | None, number: str, commit: str | None
) -> None:
    """But the commit, if its files were those of one."""
    assert wheel_origin(tmp_path, None, built_from, number) == Origin(TEMPLATE, commit)


@pytest.mark.parametrize(("built_from", "commit"), [(COMMIT, COMMIT), ("", None)])
def test_a_folder_that_was_built_is_named_as_it_was_then(
    tmp_path: Path, built_from: str, commit: str | None
) -> None:
    direct_url = {"url": "file:///some%20where", "dir_info": {}}
    assert wheel_origin(tmp_path, direct_url, built_from) == Origin("/some where", commit)


@pytest.mark.parametrize(
    ("revision", "commit"),
    [
        ("v1.2.3", "v1.2.3"),
        ("1.2.0rc1", "1.2.0rc1"),
        ("main", COMMIT),
        ("v1-branch", COMMIT),
        (COMMIT, COMMIT),
        (None, COMMIT),
    ],
)
def test_a_git_install_names_the_repository_and_the_commit_or_tag(
    tmp_path: Path, revision: str | None, commit: str
) -> None:
    vcs_info = {"vcs": "git", "commit_id": COMMIT}
    if revision is not None:
        vcs_info["requested_revision"] = revision
    direct_url = {"url": "https://git.example.com/team/template.git", "vcs_info": vcs_info}
    expected = Origin("https://git.example.com/team/template.git", commit)
    assert wheel_origin(tmp_path, direct_url) == expected


@pytest.mark.parametrize(
    ("url", "src"),
    [
        ("https://git.example.com/t", "git+https://git.example.com/t"),
        ("file:///srv/template", "git+file:///srv/template"),
        ("ssh://git@example.com/t.git", "ssh://git@example.com/t.git"),
    ],
)
def test_copier_can_tell_that_the_address_is_a_repository(
    tmp_path: Path, url: str, src: str
) -> None:
    direct_url = {"url": url, "vcs_info": {"vcs": "git", "commit_id": COMMIT}}
    assert wheel_origin(tmp_path, direct_url).src == src


def git(folder: Path, *arguments: str) -> str:
    """Run git with an identity of its own."""
    identity = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_a_checkout_names_its_folder_and_its_tag_or_commit(tmp_path: Path) -> None:
    git(tmp_path, "init")
    assert find_origin(tmp_path) == Origin(str(tmp_path), None)
    git(tmp_path, "commit", "--allow-empty", "--message", "first")
    commit = git(tmp_path, "rev-parse", "--short", "HEAD")
    assert find_origin(tmp_path) == Origin(str(tmp_path), commit)
    git(tmp_path, "tag", "v0.1.0")
    assert find_origin(tmp_path) == Origin(str(tmp_path), "v0.1.0")
    (tmp_path / "notes").write_text("")
    assert find_origin(tmp_path) == Origin(str(tmp_path), "v0.1.0")


def test_a_checkout_with_changes_is_at_no_commit(tmp_path: Path) -> None:
    git(tmp_path, "init")
    git(tmp_path, "commit", "--allow-empty", "--message", "first")
    (tmp_path / "copier.yml").write_text("")
    assert find_origin(tmp_path) == Origin(str(tmp_path), None)


def test_a_folder_without_a_repository_has_no_commit(tmp_path: Path) -> None:
    assert find_origin(tmp_path).data() == {"_scaffold_src": str(tmp_path)}


SOURCES = ("copier.yml", "compose", "patterns", "presets", "src", "template")
BUILD_FILES = (
    *("LICENSE", "README.md", "commit.txt", "hatch_build.py", "pyproject.toml"),
    ".gitattributes",
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository of this project with two versions; the newer one adds a file."""
    repository = tmp_path_factory.mktemp("origin") / "template"
    ignored = shutil.ignore_patterns("__pycache__", ".*_cache")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, repository / name, ignore=ignored)
    for name in ("copier.yml", *BUILD_FILES):
        shutil.copy(ROOT / name, repository)
    pyproject = repository / "pyproject.toml"
    declared = f'version = "{version()}"'
    pyproject.write_text(pyproject.read_text().replace(declared, 'version = "0.1.0"'))
    git(repository, "init")
    release(repository, "v0.1.0")
    (repository / "template" / "NEW.md").write_text("New in the second version.\n")
    readme = repository / "template" / "README.md.jinja"
    readme.write_text(readme.read_text() + "\nA line of the second version.\n")
    release(repository, "v0.2.0")
    git(repository, "checkout", "v0.1.0")
    return repository


def release(repository: Path, tag: str) -> None:
    """Commit everything and tag it."""
    git(repository, "add", "--all")
    git(repository, "commit", "--message", tag)
    git(repository, "tag", tag)


def install(requirement: str, folder: Path) -> None:
    """Install the command alone into a folder; what it needs is there already."""
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--target", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, requirement], check=True)


def make_project(work: Path, environment: dict[str, str], code: Path) -> dict[str, Any]:
    """Make a project in `work` with the command that is in the folder `code`."""
    command = [sys.executable, "-m", "scaffold", "new", "a", "--preset", "api", "--no-sync"]
    settings = environment | {"PYTHONPATH": str(code), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [*command, "--json"], cwd=work, env=settings, capture_output=True, text=True, check=True
    )
    origin: dict[str, Any] = json.loads(done.stdout)["origin"]
    return origin


def update_a_clone(work: Path, environment: dict[str, str]) -> Path:
    """Clone the project, edit it, and update it with plain Copier."""
    git(work, "clone", "a", "elsewhere")
    clone = work / "elsewhere"
    readme = clone / "README.md"
    readme.write_text("My own first line.\n" + readme.read_text())
    git(clone, "commit", "--all", "--message", "edit")
    command = [sys.executable, "-m", "copier", "update", "--defaults"]
    settings = environment | {"COPIER_CACHE_DIR": str(work / "cache")}
    subprocess.run(command, cwd=clone, env=settings, check=True, capture_output=True)
    return clone


def assert_updated(clone: Path) -> None:
    """Check that the second version has come and that the edit is still there."""
    assert (clone / "NEW.md").is_file()
    text = (clone / "README.md").read_text()
    assert text.startswith("My own first line.\n")
    assert text.endswith("\nA line of the second version.\n")
    assert "_commit: v0.2.0\n" in (clone / ".copier-answers.yml").read_text()


@pytest.mark.full
def test_a_project_of_a_wheel_is_updated_from_the_declared_address(
    template: Path, work: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist"]
    subprocess.run([*build, str(template)], cwd=tmp_path, check=True, capture_output=True)
    [wheel] = (tmp_path / "dist").iterdir()
    install(str(wheel), tmp_path / "code")
    index = tmp_path / "code" / "scaffold" / "_template" / "catalogue.json"
    assert json.loads(index.read_text("utf-8")) == {"documents": read_files(template)}
    assert make_project(work, environment, tmp_path / "code") == {
        "src": TEMPLATE,
        "commit": "v0.1.0",
    }
    instead = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{template.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": TEMPLATE,
    }
    assert_updated(update_a_clone(work, environment | instead))


@pytest.mark.full
def test_a_project_of_a_folder_names_the_commit_that_was_built(
    template: Path, work: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    """By pip, and by what sdists and archives hold; with changes that are in no commit, none."""
    install(str(template), tmp_path / "code")
    head = git(template, "rev-parse", "HEAD")
    origin = make_project(work, environment, tmp_path / "code")
    assert origin == {"src": str(template), "commit": head}
    assert_updated(update_a_clone(work, environment))
    archive = tmp_path / "archive.zip"
    git(template, "archive", "--format=zip", f"--output={archive}", "HEAD")
    shutil.unpack_archive(archive, tmp_path / "archive")
    build = [sys.executable, "-m", "build", "--sdist", "--no-isolation", "--outdir", "dist"]
    subprocess.run([*build, "archive"], cwd=tmp_path, check=True, capture_output=True)
    [sdist] = (tmp_path / "dist").iterdir()
    with tarfile.open(sdist) as opened:
        [noted] = [name for name in opened.getnames() if name.endswith("/commit.txt")]
        content = opened.extractfile(noted)
        assert content is not None
        assert content.read().decode() == head
    assert commit_of(tmp_path / "archive") == head
    (template / "template" / "app" / "settings.py").write_text("changed = True\n")
    assert commit_of(template) == ""
    git(template, "checkout", "--", ".")


@pytest.mark.full
def test_a_project_of_a_git_install_is_updated_from_that_repository(
    template: Path, work: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    install(f"git+{template.as_uri()}@v0.1.0", tmp_path / "code")
    assert make_project(work, environment, tmp_path / "code") == {
        "src": f"git+{template.as_uri()}",
        "commit": "v0.1.0",
    }
    assert_updated(update_a_clone(work, environment))


def test_a_project_of_a_checkout_names_the_checkout(
    template: Path, work: Path, environment: dict[str, str]
) -> None:
    origin = make_project(work, environment, template / "src")
    assert origin == {"src": str(template), "commit": "v0.1.0"}


def test_these_tests_run_from_the_checkout() -> None:
    """An editable install reads the repository, not a copy as old as the install."""
    assert template_root() == ROOT
    assert os.path.samefile(find_origin().src, ROOT)

"""The git repository that a project's template comes from, and the versions in it.

It is cloned once into the user's cache, and asked for what is new when that matters. A version that
the cache holds already needs no network.
"""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from scaffold.errors import ScaffoldError, UsageMistake, shortened
from scaffold.progress import working

if TYPE_CHECKING:
    from packaging.version import Version

FETCHED = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
SHORT = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}
"""Copier's short forms of addresses."""

_SAFE = ("-c", "core.autocrlf=false", "-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0")
_DESCRIBED = re.compile(r"(?P<tag>.+)-\d+-g(?P<commit>[0-9a-f]+)")


def git_url(src: str) -> str:
    """Return the address as git takes it, of what Copier records in `_src_path`."""
    for short, prefix in SHORT.items():
        if src.startswith(short):
            return f"{prefix}{src.removeprefix(short).removesuffix('.git')}.git"
    return src.removeprefix("git+")


def same_version(one: str, other: str) -> bool:
    """Say whether two names of a version, each a tag, a commit or a description, mean one commit.

    It only says so when the names show it; two tags may still stand on one commit.
    """
    one, other = (_commit_of(name) for name in (one, other))
    if one == other:
        return True
    hashes = all(re.fullmatch(r"[0-9a-f]{7,40}", name) for name in (one, other))
    return hashes and (one.startswith(other) or other.startswith(one))


def _commit_of(name: str) -> str:
    described = _DESCRIBED.fullmatch(name)
    return described["commit"] if described else name


@dataclass(frozen=True)
class Repository:
    """A template's repository.

    Attributes:
        url: its address, as git takes it.
        folder: the clone, or the repository itself where it is a local folder.
    """

    url: str
    folder: Path

    def commit(self, ref: str) -> str:
        """Return the full hash of a tag, branch, commit or description.

        Raises:
            UsageMistake: there is none of that name.
        """
        found = self.find_commit(ref)
        if found is None:
            raise UsageMistake(f"there is no version {ref} in {self.url}")
        return found

    def find_commit(self, ref: str) -> str | None:
        """Return the full hash of a tag, branch, commit or description; None if there is none."""
        name = f"{_commit_of(ref)}^{{commit}}"
        done = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", name)
        return done.stdout.strip() or None

    def describe(self, commit: str) -> str:
        """Return the name of a commit that Copier records: a tag or what follows one."""
        return self._must("describe", "--tags", "--always", commit)

    def newest(self) -> str:
        """Return the newest released version's tag, or HEAD when there is none, as Copier does."""
        tags = self._must("tag", "--list").split()
        versions = {tag: version for tag in tags if (version := _version(tag)) is not None}
        released = [tag for tag in versions if not versions[tag].is_prerelease]
        return max(released, key=lambda tag: versions[tag], default="HEAD")

    def contains(self, commit: str, older: str) -> bool:
        """Say whether a commit has an older one in its history, or is that one."""
        return self._run("merge-base", "--is-ancestor", older, commit).returncode == 0

    @contextmanager
    def checked_out(self, commit: str) -> Iterator[Path]:
        """Yield a temporary folder that holds the files of a commit."""
        with TemporaryDirectory(prefix="scaffold-") as scratch:
            folder = Path(scratch, "template")
            folder.mkdir()
            environment = {"GIT_INDEX_FILE": str(Path(scratch, "index"))}
            work = f"--work-tree={folder}"
            self._must(work, "checkout", "--quiet", "--force", commit, "--", ".", **environment)
            yield folder

    def _run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return _git(f"--git-dir={self.folder}", *arguments, **environment)

    def _must(self, *arguments: str, **environment: str) -> str:
        done = self._run(*arguments, **environment)
        if done.returncode != 0:
            raise ScaffoldError(
                f"git cannot read the template {self.url}: {shortened(done.stderr)}"
            )
        return done.stdout.strip()


def open_repository(src: str, *, needs: str | None = None) -> Repository:
    """Return the repository behind what a project records in `_src_path`.

    Args:
        src: the recorded address.
        needs: the only version that is of interest, if it is one; when the cache has it, nothing
            is fetched. A tag is taken to stay where it is.

    Raises:
        UsageMistake: the address is that of no repository.
        ScaffoldError: the repository cannot be reached.
    """
    url = git_url(src)
    local = _local(url)
    if local is not None:
        return Repository(url, local)
    if re.match(r"[\w+-]+://|[^/]+@[^/]+:", url) is None:
        raise UsageMistake(
            f"_src_path is {src}, which is no git repository here", "updates need the URL of one"
        )
    folder = cache() / "templates" / f"{hashlib.sha256(url.encode()).hexdigest()[:20]}.git"
    repository = Repository(url, folder)
    if needs is not None and folder.is_dir() and repository.find_commit(needs):
        return repository
    with working("Fetching the template"):
        _fetch(url, folder)
    return Repository(url, folder)


def _local(url: str) -> Path | None:
    folder = Path(url.removeprefix("file://")).expanduser()
    for candidate in (folder / ".git", folder):
        if folder.is_absolute() and (candidate / "objects").is_dir():
            return candidate
    if (folder / ".git").is_file():
        done = _git("-C", str(folder), "rev-parse", "--absolute-git-dir")
        return Path(done.stdout.strip()) if done.returncode == 0 else None
    return None


def cache() -> Path:
    """Return the folder for what can be fetched or made again."""
    from platformdirs import user_cache_path

    return user_cache_path("fastapi-response-scaffold", appauthor=False)


def _fetch(url: str, folder: Path) -> None:
    if folder.is_dir():
        done = _git(f"--git-dir={folder}", "fetch", "--quiet", "--prune", "--", url, *FETCHED)
        _check(done, url)
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="clone-", dir=folder.parent) as scratch:
        clone = Path(scratch, "clone.git")
        _check(_git("clone", "--quiet", "--bare", "--", url, str(clone)), url)
        try:
            clone.rename(folder)
        except OSError:
            if not folder.is_dir():  # Another process may have been quicker.
                raise
            shutil.rmtree(clone, ignore_errors=True)


def _check(done: subprocess.CompletedProcess[str], url: str) -> None:
    if done.returncode != 0:
        reason = shortened(done.stderr) or "no reason given"
        raise ScaffoldError(f"cannot fetch the template from {url}: {reason}")


def _git(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not _is_of_a_hook(name)}
    return subprocess.run(
        ["git", *_SAFE, *arguments],
        env={**kept, "GIT_TERMINAL_PROMPT": "0", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def _is_of_a_hook(name: str) -> bool:
    return name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")


def _version(tag: str) -> "Version | None":
    from packaging.version import InvalidVersion, Version

    try:
        return Version(tag)
    except InvalidVersion:
        return None

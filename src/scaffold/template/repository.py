"""The versions in the git repository that a project's template comes from.

It is cloned once into the user's cache, whether it is far away or on this machine, and asked for
what is new when that matters. What a version's name can't mean anything else but, namely a commit's
hash or a tag, is taken from the cache if it is there, without the network.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from scaffold.addresses import can_be_fetched, git_url, local_folder, shown_address
from scaffold.errors import ScaffoldError, UsageMistake
from scaffold.system.progress import tell
from scaffold.template.clones import Clone
from scaffold.template.origin import find_origin

if TYPE_CHECKING:
    from packaging.version import Version

_DESCRIBED = re.compile(r"(?P<tag>.+)-\d+-g(?P<commit>[0-9a-f]+)")
_HASH = re.compile(r"[0-9a-f]{7,64}")


def same_version(one: str, other: str) -> bool:
    """Say whether two names of a version, each a tag, a commit or a description, mean one commit.

    It only says so when the names show it; two tags may still stand on one commit.
    """
    one, other = (_commit_of(name) for name in (one, other))
    if one == other:
        return True
    hashes = all(_HASH.fullmatch(name) for name in (one, other))
    return hashes and (one.startswith(other) or other.startswith(one))


def same_address(one: str, other: str) -> bool:
    """Say whether two addresses, as Copier records them, are of the same repository."""
    one, other = (git_url(src).removesuffix("/").lower() for src in (one, other))
    return one.removesuffix(".git") == other.removesuffix(".git")


def _commit_of(name: str) -> str:
    described = _DESCRIBED.fullmatch(name)
    return described["commit"] if described else name


@dataclass
class Repository:
    """A template's repository.

    Attributes:
        clone: what the cache has of it.
        moved: the tags that stand on other commits than when they were fetched before.
        is_fresh: whether it was fetched just now.
    """

    clone: Clone
    moved: list[str] = field(default_factory=list)
    is_fresh: bool = False

    @property
    def url(self) -> str:
        """Return its address, as it may be shown."""
        return shown_address(self.clone.url)

    def fetch(self) -> None:
        """Ask it for what is new, and say so when the command does not come from there.

        Raises:
            ScaffoldError: it cannot be reached.
        """
        if not same_address(self.clone.url, find_origin().src):
            tell(f"Fetching the template from {self.url}, which the project names.")
        self.moved = self.clone.fetch()
        self.is_fresh = True

    def has(self, ref: str) -> bool:
        """Say whether the cache has a version whose name will never mean another one."""
        if not self.clone.folder.is_dir():
            return False
        hashed = _commit_of(ref)
        if _HASH.fullmatch(hashed):
            return (self.find_commit(hashed) or "").startswith(hashed)
        return self.find_commit(f"refs/tags/{ref}") is not None

    def commit(self, ref: str) -> str:
        """Return the full hash of a tag, branch, commit or description.

        Raises:
            UsageMistake: there is none of that name, even after asking for what is new.
            ScaffoldError: the repository cannot be reached.
        """
        found = self.find_commit(self.clone.head() if ref == "HEAD" else ref)
        if found is None and not self.is_fresh:
            self.fetch()
            found = self.find_commit(ref)
        if found is None:
            raise UsageMistake(f"there is no version {ref} in {self.url}")
        return found

    def find_commit(self, ref: str) -> str | None:
        """Return the full hash of a tag, branch, commit or description; None if there is none."""
        name = f"{_commit_of(ref)}^{{commit}}"
        done = self.clone.run("rev-parse", "--verify", "--quiet", "--end-of-options", name)
        return done.text or None

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
        return self.clone.run("merge-base", "--is-ancestor", older, commit).status == 0

    @contextmanager
    def checked_out(self, commit: str) -> Iterator[Path]:
        """Yield a temporary folder that holds the files of a commit.

        Raises:
            ScaffoldError: it cannot be read, or holds a link that leads out of it.
        """
        with TemporaryDirectory(prefix="scaffold-") as scratch:
            folder = Path(scratch, "template")
            folder.mkdir()
            environment = {"GIT_INDEX_FILE": str(Path(scratch, "index"))}
            work = f"--work-tree={folder}"
            self._must(work, "checkout", "--quiet", "--force", commit, "--", ".", **environment)
            self._refuse_links(folder)
            yield folder

    def _refuse_links(self, folder: Path) -> None:
        home = folder.resolve()
        for path in folder.rglob("*"):
            if path.is_symlink() and not path.resolve().is_relative_to(home):
                name = path.relative_to(folder)
                raise ScaffoldError(f"the template {self.url} holds {name}, a link out of it")

    def _must(self, *arguments: str, **environment: str) -> str:
        done = self.clone.run(*arguments, **environment)
        if done.status != 0:
            self.clone.mend()
            done = self.clone.run(*arguments, **environment)
        if done.status != 0:
            raise ScaffoldError(f"git cannot read the template {self.url}: {done.problem}")
        return done.text


def open_repository(src: str, *, needs: str | None = None) -> Repository:
    """Return the repository behind what a project records in `_src_path`.

    Args:
        src: the recorded address.
        needs: the only version that is of interest, if it is one; when the cache has it, and its
            name will always mean it, nothing is fetched. A tag is taken to stay where it is.

    Raises:
        UsageMistake: the address is that of no repository.
        ScaffoldError: the repository cannot be reached.
    """
    repository = cached_repository(src)
    if needs is None or not repository.has(needs):
        repository.fetch()
    return repository


def cached_repository(src: str) -> Repository:
    """Return what the cache has of the repository behind what a project records in `_src_path`.

    Raises:
        UsageMistake: the address is that of no repository.
    """
    url = git_url(src)
    folder = local_folder(url)
    if folder is not None:
        return Repository(Clone(str(folder)))
    if not can_be_fetched(url):
        raise UsageMistake(
            f"_src_path is {shown_address(src)}, which is no git repository here",
            "updates need the URL of one",
        )
    return Repository(Clone(url))


def _version(tag: str) -> "Version | None":
    from packaging.version import InvalidVersion, Version

    try:
        return Version(tag)
    except InvalidVersion:
        return None

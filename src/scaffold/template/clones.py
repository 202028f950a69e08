"""Clones of templates' repositories, in the user's cache.

A clone is bare, and made and fetched by one command at a time. Nothing that the other repository or
its files configure is taken over: a clone has no hooks, and its files have no attributes, so that
no filter runs when they are checked out. A clone that is damaged is fetched anew.
"""

import shutil
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from scaffold.addresses import shown_address
from scaffold.errors import ScaffoldError
from scaffold.system import git
from scaffold.system.folders import cache, name_for
from scaffold.system.locks import alone
from scaffold.system.progress import working

FETCHED = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
ATTRIBUTES = "* -export-ignore -export-subst -filter -ident -text -working-tree-encoding\n"

Tags = dict[str, str]
"""What each tag names, by its name."""


@dataclass(frozen=True)
class Clone:
    """What the cache has of the repository at an address.

    Attributes:
        url: the address, as git takes it.
    """

    url: str

    @property
    def folder(self) -> Path:
        """Return where it is, if it is there."""
        return cache() / "templates" / f"{name_for(self.url)}.git"

    def run(self, *arguments: str, **environment: str) -> git.Answer:
        """Run a git command in it."""
        return git.in_clone(self.folder, *arguments, **environment)

    def tags(self) -> Tags:
        """Return its tags."""
        found = self.run("for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", "refs/tags")
        pairs = (line.split(" ", 1) for line in found.text.splitlines())
        return {name: object_name for object_name, name in pairs}

    def fetch(self) -> list[str]:
        """Bring it up to date; return the tags that have moved since the last time.

        Raises:
            Refused: another command does not come to an end with it.
            ScaffoldError: the repository cannot be reached.
        """
        with self._alone(), working("Fetching the template"):
            before = self.tags() if self.folder.is_dir() else {}
            done = _fetched(self.folder, self.url) if self.folder.is_dir() else None
            if done is None or (done.status != 0 and not self._is_sound()):
                done = self._make()
            if done.status != 0:
                reason = done.problem.replace(self.url, shown_address(self.url))
                raise ScaffoldError(
                    f"cannot fetch the template from {shown_address(self.url)}: "
                    f"{reason or 'no reason given'}"
                )
            now = self.tags()
            return [name for name in before if now.get(name, before[name]) != before[name]]

    def head(self) -> str:
        """Fetch the commit that the other repository's HEAD names, and return a name for it here.

        Raises:
            ScaffoldError: there is none, or it cannot be had.
        """
        name = "refs/upstream/HEAD"
        with self._alone():
            done = self.run("fetch", "--quiet", "--no-tags", "--", self.url, f"+HEAD:{name}")
        if done.status != 0:
            raise ScaffoldError(
                f"cannot fetch the head of {shown_address(self.url)}: {done.problem}"
            )
        return name

    def mend(self) -> None:
        """Fetch it anew if it is damaged."""
        with self._alone():
            if not self._is_sound():
                self._make()

    def _alone(self) -> AbstractContextManager[None]:
        self.folder.parent.mkdir(exist_ok=True)
        lock = self.folder.with_suffix(".lock")
        return alone(lock, "fetching the template", git.SECONDS_TO_FETCH)

    def _make(self) -> git.Answer:
        """Fetch everything into a new clone, and put it in the place of what was there."""
        new = self.folder.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        done = git.compute(new.parent, "init", "--quiet", "--bare", "--template=", str(new))
        if done.status == 0:
            (new / "info").mkdir(exist_ok=True)
            (new / "info" / "attributes").write_text(ATTRIBUTES)
            done = _fetched(new, self.url)
        if done.status == 0:
            shutil.rmtree(self.folder, ignore_errors=True)
            new.rename(self.folder)
        else:
            shutil.rmtree(new, ignore_errors=True)
        return done

    def _is_sound(self) -> bool:
        """Say whether everything is there, and nothing locked by a command that was killed."""
        locked = any(self.folder.rglob("*.lock"))
        return not locked and self.run("fsck", "--connectivity-only", "--no-dangling").status == 0


def _fetched(folder: Path, url: str) -> git.Answer:
    return git.in_clone(folder, "fetch", "--quiet", "--prune", "--", url, *FETCHED)

"""What git is merging in a project, and which three commits meet there.

Merges, rebases, cherry-picks, reverts and stashes are one thing here: what leads from `base` to
`theirs` is brought to `ours`. Git's own state is only read.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from scaffold.errors import Refused, ScaffoldError
from scaffold.project.files import File, Tree
from scaffold.system import git

EMPTY = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
"""The tree without files, which git knows without being told."""

MADE_BY_GIT = "AUTO_MERGE"
"""The tree that git has left in the working tree, conflict markers included."""


@dataclass(frozen=True)
class Merging:
    """A merge.

    Attributes:
        doing: what git is doing, such as `rebasing`.
        base: the commit from which both sides come.
        ours: the commit that git is at; when it is rebasing, what is rebased onto.
        theirs: the commit that is merged into that.
        finish: the command that tells git that all is decided; None where git has finished.
    """

    doing: str
    base: str
    ours: str
    theirs: str
    finish: str | None


_STATES = (
    ("rebase-merge", "rebasing", "REBASE_HEAD^", "REBASE_HEAD", "git rebase --continue"),
    ("rebase-apply", "rebasing", "REBASE_HEAD^", "REBASE_HEAD", "git rebase --continue"),
    (
        "CHERRY_PICK_HEAD",
        "cherry-picking",
        "CHERRY_PICK_HEAD^",
        "CHERRY_PICK_HEAD",
        "git cherry-pick --continue",
    ),
    ("REVERT_HEAD", "reverting", "REVERT_HEAD", "REVERT_HEAD^", "git revert --continue"),
    ("MERGE_HEAD", "merging", None, "MERGE_HEAD", "git commit"),
)
"""The file by which git remembers what it does, its name, base and other side, and the way on."""


class ProjectRepository:
    """The git repository that a project stands in; nothing in it is changed."""

    def __init__(self, folder: Path) -> None:
        """Look for the repository of the project in `folder`."""
        self.folder = folder
        self.prefix = self.run("rev-parse", "--show-prefix").decode().rstrip("\n")

    def run(self, *arguments: str, given: bytes | None = None) -> bytes:
        """Run git.

        Raises:
            ScaffoldError: it fails.
        """
        done = git.ask(self.folder, *arguments, given=given)
        if done.status != 0:
            problem = done.problem or "no reason given"
            raise ScaffoldError(f"git cannot tell what it merges: {problem}")
        return done.output

    def commit(self, name: str) -> str | None:
        """Return the hash of a commit or tree; None where there is none of that name."""
        try:
            return self.run("rev-parse", "--verify", "--quiet", name).decode().strip()
        except ScaffoldError:
            return None

    def has(self, name: str) -> bool:
        """Say whether git's own folder has a file of that name."""
        path = self.run("rev-parse", "--git-path", name).decode().rstrip("\n")
        return (self.folder / path).exists()

    def name(self, commit: str) -> str:
        """Return what a person knows a commit by: a branch, or its hash and its subject."""
        options = ["--name-only", "--no-undefined", "--refs=refs/heads/*"]
        try:
            named = self.run("name-rev", *options, commit).decode().strip()
        except ScaffoldError:
            named = "~"
        if not set("~^") & set(named):
            return named
        return self.run("log", "-1", "--format=%h %s", commit).decode(errors="replace").strip()

    def unmerged(self) -> list[str]:
        """Return the files of the project that git could not merge and nobody has added since."""
        listed = self.run("ls-files", "--unmerged", "-z", "--", ".")
        paths = {entry.partition(b"\t")[2] for entry in listed.split(b"\0") if entry}
        return sorted(path.decode(errors="surrogateescape") for path in paths)

    def tree(self, commit: str, paths: Iterable[str]) -> Tree:
        """Return those of some files of the project that a commit or tree has."""
        wanted = set(paths)
        below = ("--", self.prefix) if self.prefix else ()
        listed = self.run("ls-tree", "-r", "-z", "--full-tree", commit, *below)
        found = {
            path.removeprefix(self.prefix): facts.split()
            for entry in listed.decode(errors="surrogateescape").split("\0")
            for facts, _, path in [entry.partition("\t")]
            if path.removeprefix(self.prefix) in wanted
        }
        blobs = self._blobs([blob for _, _, blob in found.values()])
        return {
            path: File(content, executable=mode == "100755", link=mode == "120000")
            for (path, (mode, _, _)), content in zip(found.items(), blobs, strict=True)
        }

    def history(self, base: str, tip: str, path: str) -> list[File]:
        """Return a file as it was after each commit that changed it, the first one first."""
        if base == EMPTY:
            return []
        listed = self.run("rev-list", "--reverse", f"{base}..{tip}", "--", path).decode().split()
        return [file for commit in listed for file in self.tree(commit, [path]).values()]

    def _blobs(self, names: list[str]) -> Iterator[bytes]:
        output = self.run("cat-file", "--batch", given="\n".join([*names, ""]).encode())
        at = 0
        for _ in names:
            head, _, _ = output[at:].partition(b"\n")
            start = at + len(head) + 1
            stop = start + int(head.split()[2])
            yield output[start:stop]
            at = stop + 1


def merging(repository: ProjectRepository) -> Merging | None:
    """Return what git is merging; None where it is not, or does not say what."""
    for state, doing, base, theirs, finish in _STATES:
        if repository.has(state) and (other := repository.commit(theirs)) is not None:
            before = repository.commit(base) if base else _fork(repository, other)
            return Merging(doing, before or EMPTY, _head(repository), other, finish)
    if repository.unmerged() and (stash := repository.commit("refs/stash")):
        before = repository.commit("refs/stash^")
        return Merging("applying a stash", before or EMPTY, _head(repository), stash, "git add")
    return None


def merged(repository: ProjectRepository) -> Merging | None:
    """Return what git has merged last, if it has finished that and nothing has come since."""
    if repository.commit("HEAD") is None:
        return None
    if theirs := repository.commit("HEAD^2"):
        ours = repository.commit("HEAD^1") or EMPTY
        return Merging("merging", _fork(repository, theirs, ours) or EMPTY, ours, theirs, None)
    log = repository.run("reflog", "--format=%H %gs", "HEAD").decode(errors="replace")
    entries = [line.partition(" ")[::2] for line in log.split("\n") if line]
    if entries and _REBASED.match(entries[0][1]):
        return _rebased(repository, entries)
    return _picked(repository, entries)


_REBASED = re.compile(r"(rebase|pull)\b.*\(finish\)")
_REBASING = re.compile(r"(rebase|pull)\b.*\(start\)")

Log = Sequence[tuple[str, str]]
"""The commits at which git was, the last one first, with what it did to get there."""


def _rebased(repository: ProjectRepository, log: Log) -> Merging | None:
    for at, (onto, subject) in enumerate(log[:-1]):
        if _REBASING.match(subject):
            tip = log[at + 1][0]
            return Merging("rebasing", _fork(repository, tip, onto) or EMPTY, onto, tip, None)
    return None


def _picked(repository: ProjectRepository, log: Log) -> Merging | None:
    """Return cherry-picks: the originals have the same author, time and subject."""
    picks = list(
        takewhile(lambda entry: entry[1].startswith(("cherry-pick", "commit (cherry")), log)
    )
    if not picks:
        return None
    known = repository.run("log", "--all", "--not", "HEAD", f"--format=%H {_AUTHORED}").decode(
        errors="replace"
    )
    originals = {authored: commit for commit, _, authored in map(_parts, known.split("\n"))}
    first, last = (
        originals.get(repository.run("log", "-1", f"--format={_AUTHORED}", commit).decode().strip())
        for commit, _ in (picks[-1], picks[0])
    )
    ours = repository.commit(f"{picks[-1][0]}^")
    if first is None or last is None or ours is None:
        return None
    base = repository.commit(f"{first}^") or EMPTY
    return Merging("cherry-picking", base, ours, last, None)


_AUTHORED = "%at %ae %s"


def _parts(line: str) -> tuple[str, str, str]:
    return line.partition(" ")


def _head(repository: ProjectRepository) -> str:
    return repository.commit("HEAD") or EMPTY


def _fork(repository: ProjectRepository, theirs: str, ours: str = "HEAD") -> str | None:
    try:
        return repository.run("merge-base", ours, theirs).decode().split()[0]
    except ScaffoldError:
        return None


def refuse_while_merging(folder: Path) -> None:
    """Refuse to change a project in the middle of a merge that git could not finish.

    Raises:
        Refused: with what git is doing, and the commands that come next.
    """
    try:
        repository = ProjectRepository(folder)
        unmerged = repository.unmerged()
        found = merging(repository) if unmerged else None
    except ScaffoldError:
        return  # Without git nothing is merged.
    if not unmerged:
        return
    doing = f"git is {found.doing}" if found else "git could not merge everything"
    where = unmerged[0] if len(unmerged) == 1 else f"{len(unmerged)} files"
    raise Refused(
        f"{doing}, and there are conflicts in {where}",
        f"run scaffold resolve, {way_on(found)}",
    )


def way_on(found: Merging | None) -> str:
    """Return what to tell git when all is decided, behind the command that comes first."""
    if found is None or found.finish is None:
        return "look at the files, then git add --all and git commit"
    add = "look at the files, then git add --all"
    return add if found.finish == "git add" else f"{add} and {found.finish}"

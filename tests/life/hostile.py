"""What somebody may have put into a project that others clone or unpack."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.programs import git

CONFIG = """
[core]
	fsmonitor = {programs}/fsmonitor
	hooksPath = {hooks}
	sshCommand = {programs}/ssh
	gitProxy = {programs}/proxy
	askPass = {programs}/askpass
	pager = {programs}/pager
	editor = {programs}/editor
	alternateRefsCommand = {programs}/alternates
	attributesFile = {attributes}
[credential]
	helper = {programs}/credential
[diff]
	external = {programs}/external
[diff "evil"]
	textconv = {programs}/textconv
	command = {programs}/command
[filter "evil"]
	clean = {programs}/clean
	smudge = {programs}/smudge
	process = {programs}/process
[gpg]
	program = {programs}/gpg
[log]
	showSignature = true
[merge "evil"]
	driver = {programs}/merge
[pager]
	cat-file = {programs}/pager
	rev-list = {programs}/pager
[protocol "ext"]
	allow = always
[remote "origin"]
	url = "ext::{programs}/remote"
	promisor = true
	uploadpack = {programs}/uploadpack
	fetch = +refs/heads/*:refs/remotes/origin/*
[uploadpack]
	packObjectsHook = {programs}/packobjects
[url "ext::{programs}/remote "]
	insteadOf = https://
"""
"""The programs that a repository's configuration can name."""

PROGRAMS = (
    *("alternates", "askpass", "clean", "command", "credential", "editor", "external", "fsmonitor"),
    *("gpg", "merge", "packobjects", "pager", "process", "proxy", "remote", "smudge", "ssh"),
    *("textconv", "uploadpack"),
)
HOOKS = (
    *("applypatch-msg", "commit-msg", "fsmonitor-watchman", "post-applypatch", "post-checkout"),
    *("post-commit", "post-index-change", "post-merge", "post-receive", "post-rewrite"),
    *("post-update", "pre-applypatch", "pre-auto-gc", "pre-commit", "pre-merge-commit"),
    *("pre-push", "pre-rebase", "pre-receive", "prepare-commit-msg", "proc-receive"),
    *("push-to-checkout", "reference-transaction", "sendemail-validate", "update"),
)
SIGNATURE = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----\n"


class Marks:
    """Programs that write down that they were run."""

    def __init__(self, folder: Path) -> None:
        """Make the programs in a folder."""
        folder.mkdir()
        self.programs = folder
        self.file = folder / "marks"
        for name in (*PROGRAMS, *HOOKS):
            (folder / name).write_text(f"#!/bin/sh\necho {name} >> {self.file}\nexit 1\n")
            (folder / name).chmod(0o755)

    def left(self) -> set[str]:
        """Return which of them were run since the last time."""
        names = self.file.read_text().split() if self.file.exists() else []
        self.file.unlink(missing_ok=True)
        return set(names)

    def configure(self, git_dir: Path) -> None:
        """Let a repository name them wherever it can name a program."""
        (git_dir / "hooks").mkdir(exist_ok=True)
        for name in HOOKS:
            shutil.copy(self.programs / name, git_dir / "hooks" / name)
        attributes = git_dir / "info" / "attributes"
        attributes.parent.mkdir(exist_ok=True)
        attributes.write_text("* filter=evil diff=evil merge=evil\n")
        with (git_dir / "config").open("a") as config:
            hooks = git_dir / "hooks"
            config.write(CONFIG.format(programs=self.programs, hooks=hooks, attributes=attributes))

    def lose(self, repository: Path, path: str) -> None:
        """Take the committed version of a file away, so that git would fetch it if it is asked."""
        blob = git(repository, "rev-parse", f"HEAD:{path}")
        git_dir = Path(git(repository, "rev-parse", "--absolute-git-dir"))
        git(repository, "config", "core.repositoryFormatVersion", "1")
        git(repository, "config", "extensions.partialClone", "origin")
        (git_dir / "objects" / blob[:2] / blob[2:]).unlink()


def sign(repository: Path) -> None:
    """Give the newest commit a signature, which git shows to a program if it is told so."""
    commit = subprocess.run(
        ["git", "cat-file", "commit", "HEAD"], cwd=repository, capture_output=True, check=True
    ).stdout.decode()
    head, message = commit.split("\n\n", 1)
    signed = f"{head}\n{SIGNATURE}\n{message}".encode()
    command = ["git", "hash-object", "-t", "commit", "-w", "--stdin"]
    made = subprocess.run(command, cwd=repository, input=signed, capture_output=True, check=True)
    git(repository, "update-ref", "HEAD", made.stdout.decode().strip())


def everything(folder: Path) -> dict[str, tuple[object, ...]]:
    """Return all there is in a folder, git's own included, with what shows that it was written."""
    found: dict[str, tuple[object, ...]] = {}
    for path in [folder, *sorted(folder.rglob("*"))]:
        status = path.lstat()
        content = b""
        if path.is_symlink():
            content = os.readlink(path).encode()
        elif path.is_file():
            content = path.read_bytes()
        facts = (status.st_mode, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)
        found[path.relative_to(folder).as_posix()] = (content, *facts)
    return found

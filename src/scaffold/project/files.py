"""Files as values: what a render gives, and what stands in a project."""

import errno
import os
import re
import stat
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class File:
    """One file.

    Attributes:
        content: its bytes; for a symbolic link, where it points to.
        executable: whether it may be run.
        link: whether it is a symbolic link, which is never merged nor written through.
    """

    content: bytes
    executable: bool = False
    link: bool = False

    def has_crlf(self) -> bool:
        """Say whether every line ends as on Windows."""
        return b"\r\n" in self.content and self.content.count(b"\n") == self.content.count(b"\r\n")

    def unix(self) -> "File":
        """Return it with the line ends that generated files have."""
        if not self.has_crlf():
            return self
        return replace(self, content=self.content.replace(b"\r\n", b"\n"))

    def is_same(self, generated: "File | None") -> bool:
        """Say whether it is as it was generated, whatever ends its lines."""
        if generated is None:
            return False
        return self.link == generated.link and self.unix().content == generated.unix().content

    def is_text(self) -> bool:
        """Say whether it can be merged line by line, by git's own rule of thumb."""
        return not self.link and b"\0" not in self.content[:8000]


Tree = dict[str, File]
"""Files by their paths, with forward slashes, relative to the project's folder."""

LARGEST = 50_000_000
"""The size in bytes of what is no module, page or setting that anybody wrote."""


def split_lines(content: bytes) -> list[bytes]:
    """Return lines with their ends, as git counts them: only a line feed ends one."""
    return re.findall(rb"[^\n]*\n|[^\n]+", content)


def read_file(path: Path) -> File | None:
    """Return what stands at a path, or None where there is nothing.

    Raises:
        OSError: it is a folder, no file at all, too large, or cannot be read.
    """
    try:
        if path.is_symlink():
            return File(os.fsencode(os.readlink(path)), link=True)
        content, mode = read_content(path)
        return File(content, bool(mode & stat.S_IXUSR))
    except (FileNotFoundError, NotADirectoryError):
        return None


def read_content(path: Path) -> tuple[bytes, int]:
    """Return what a file holds, following links, and its mode.

    Raises:
        OSError: see `read_file`.
    """
    with open(path, "rb", opener=_without_waiting) as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", str(path))
        if status.st_size > LARGEST:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
        return stream.read(LARGEST), status.st_mode


def _without_waiting(path: str, flags: int) -> int:
    """Open a file; a pipe would wait for somebody who writes into it."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def read_tree(folder: Path) -> Tree:
    """Return every file below a folder."""
    tree: Tree = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_dir():
            file = read_file(path)
            if file is not None:
                tree[path.relative_to(folder).as_posix()] = file
    return tree

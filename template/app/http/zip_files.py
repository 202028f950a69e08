"""ZIP archives that are packed while they are sent, in bounded memory (APPNOTE.TXT)."""

import logging
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED

from zipstream import ZipStream  # type: ignore[import-untyped,unused-ignore]

from app.http.chunks import joined_chunks
from app.http.closed_streams import StreamingResponse

# It warns of each file that its size was not known before.
logging.getLogger("zipstream").setLevel(logging.ERROR)


class ZipStreamingResponse(StreamingResponse):
    """A ZIP archive that leaves in chunks."""

    media_type = "application/zip"


def zip_chunks(
    members: Iterable[tuple[str, Iterable[bytes]]], *, compressed: bool = True, zip64: bool = False
) -> Iterator[bytes]:
    """Yield an archive of the files in chunks; each file is read when it is its turn.

    Names are made safe for whoever unpacks them, and unique. A file of 4 GB or more needs `zip64`,
    which readers of streams refuse, such as Java's ZipInputStream; without it, such a file is an
    error that breaks the archive off. The archive itself may have any size.
    """
    method = ZIP_DEFLATED if compressed else ZIP_STORED
    return joined_chunks(_archive(members, method, size=None if zip64 else 0))


def _archive(
    members: Iterable[tuple[str, Iterable[bytes]]], method: int, size: int | None
) -> Iterator[bytes]:
    """Yield the archive; the format of a file without a `size` has room for any."""
    archive = ZipStream(compress_type=method)
    taken: set[str] = set()
    for name, content in members:
        unique = _unique(safe_member(name), taken)
        taken.add(unique.casefold())
        archive.add(iter(content), unique, size=size)
        yield from archive.file()
    yield from archive.finalize()


def safe_member(name: str) -> str:
    """Return a name that stays inside the folder into which it is unpacked (CWE-22)."""
    plain = re.sub(r'[\x00-\x1f\x7f<>:"|?*]', "_", name.replace("\\", "/"))
    parts = (part.rstrip(". ") for part in plain.split("/"))
    return "/".join(part for part in parts if part) or "file"


def _unique(name: str, taken: set[str]) -> str:
    path, number, unique = PurePosixPath(name), 1, name
    while unique.casefold() in taken:  # some file systems do not tell A from a
        number += 1
        unique = str(path.with_name(f"{path.stem} ({number}){path.suffix}"))
    return unique

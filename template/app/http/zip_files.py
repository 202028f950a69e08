"""ZIP archives that are packed while they are sent, in bounded memory (APPNOTE.TXT)."""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED

from fastapi.responses import StreamingResponse
from zipstream import ZipStream  # type: ignore[import-untyped,unused-ignore]

from app.http.chunks import joined_chunks


class ZipStreamingResponse(StreamingResponse):
    """A ZIP archive that leaves in chunks."""

    media_type = "application/zip"


def zip_chunks(
    members: Iterable[tuple[str, Iterable[bytes]]], *, compressed: bool = True
) -> Iterator[bytes]:
    """Yield an archive of the files in chunks; each file is read when it is its turn.

    Names are made safe for whoever unpacks them, and unique.
    """
    return joined_chunks(_archive(members, ZIP_DEFLATED if compressed else ZIP_STORED))


def _archive(members: Iterable[tuple[str, Iterable[bytes]]], compress_type: int) -> Iterator[bytes]:
    archive = ZipStream(compress_type=compress_type)
    taken: set[str] = set()
    for name, content in members:
        unique = _unique(safe_member(name), taken)
        taken.add(unique.casefold())
        archive.add(iter(content), unique)
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

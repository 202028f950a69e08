"""Bytes in chunks: small enough for memory, large enough not to cost a thread switch each."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

CHUNK_SIZE = 64 * 1024


def file_chunks(file: BinaryIO, size: int = CHUNK_SIZE) -> Iterator[bytes]:
    """Yield a file in chunks and close it, also when the client goes away before the end.

    A loop over the file itself would yield lines, which are of any length in binary data.
    """
    with file:
        while chunk := file.read(size):
            yield chunk


def joined_chunks(parts: Iterable[bytes], size: int = CHUNK_SIZE) -> Iterator[bytes]:
    """Yield the same bytes in chunks of at least `size`, but for the last one."""
    buffer = bytearray()
    for part in parts:
        buffer += part
        if len(buffer) >= size:
            yield bytes(buffer)
            buffer.clear()
    if buffer:
        yield bytes(buffer)

"""`app.http.chunks`: sizes, and files that are closed whatever happens."""

import io
from collections.abc import Iterator

import pytest

from app.http.chunks import file_chunks, joined_chunks


def test_file_is_read_in_chunks() -> None:
    """Wherever its lines end."""
    assert list(file_chunks(io.BytesIO(b"ab\nc\ndef"), size=3)) == [b"ab\n", b"c\nd", b"ef"]


def test_chunks_have_64_kibibytes() -> None:
    """The default size, of both."""
    content = bytes(150_000)
    sizes = [65_536, 65_536, 18_928]
    assert [len(chunk) for chunk in file_chunks(io.BytesIO(content))] == sizes
    single_bytes = (bytes(1) for _ in range(150_000))
    assert [len(chunk) for chunk in joined_chunks(single_bytes)] == sizes


def test_file_is_closed_at_its_end() -> None:
    """As soon as the last chunk has left."""
    file = io.BytesIO(b"abc")
    assert list(file_chunks(file)) == [b"abc"]
    assert file.closed


def test_file_is_closed_when_the_client_goes_away() -> None:
    """The server then closes the generator."""
    file = io.BytesIO(b"abc")
    chunks = file_chunks(file, size=1)
    assert next(chunks) == b"a"
    chunks.close()  # type: ignore[attr-defined]
    assert file.closed


@pytest.mark.parametrize(
    ("parts", "chunks"),
    [
        ([], []),
        ([b""], []),
        ([b"a", b"b"], [b"ab"]),
        ([b"a", b"", b"bc", b"d"], [b"abc", b"d"]),
        ([b"abcdef", b"g"], [b"abcdef", b"g"]),
        ([b"abc"], [b"abc"]),
    ],
)
def test_parts_are_joined(parts: list[bytes], chunks: list[bytes]) -> None:
    """Until there is enough; what is larger stays whole."""
    assert list(joined_chunks(parts, size=3)) == chunks


def test_joining_is_lazy() -> None:
    """The first chunk leaves before the last part is made."""

    def parts() -> Iterator[bytes]:
        yield b"abc"
        raise RuntimeError

    assert next(joined_chunks(parts(), size=3)) == b"abc"

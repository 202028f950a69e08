"""Files that are sent again only when they have changed (RFC 9110, section 13)."""

from typing import Any

from app.http.conditional import documented_unchanged
from app.http.files import FILE_HEADERS, documented_file
from app.http.openapi import Described


def documented_conditional_file(
    *described: Described, media_type: str
) -> dict[int | str, dict[str, Any]]:
    """Return the `responses=` entries of a stored file, and of the 304 in its place."""
    whole = documented_file(*described, media_type=media_type)
    return whole | documented_unchanged(FILE_HEADERS, *described)

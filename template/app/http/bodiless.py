"""Answers without the content that they stand for, and without the headers that describe it."""

from typing import Any

from app.http.openapi import Described, documented

CONTENT_HEADERS = frozenset(
    {
        "content-digest",
        "content-disposition",
        "content-encoding",
        "content-language",
        "content-length",
        "content-range",
        "content-type",
    }
)


def describes_content(name: str) -> bool:
    """Say whether a header describes the content, so that an answer without it has none."""
    return name.lower() in CONTENT_HEADERS


def documented_without_content(
    status_code: int, *described: Described, description: str
) -> dict[int | str, dict[str, Any]]:
    """Return a `responses=` entry for an answer whose content is left out, such as 304."""
    entry = documented(status_code, *described, description=description)
    headers = entry[status_code].pop("headers", {})
    kept = {name: one for name, one in headers.items() if not describes_content(name)}
    return {status_code: {**entry[status_code], **({"headers": kept} if kept else {})}}

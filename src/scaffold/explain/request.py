"""What an endpoint takes from the request, besides its path and what its patterns read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scaffold.spec.plan import Endpoint

URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


@dataclass(frozen=True)
class TakenField:
    """A field of the query, a form or a body.

    Attributes:
        required: whether a request without it is answered with 422.
        default: what it is when it is left out; None as well where it has no default.
    """

    name: str
    required: bool
    default: Any = None


@dataclass(frozen=True)
class TakenFile:
    """A file that a form uploads.

    Attributes:
        types: its media types; none where it may have any.
        max_bytes: how large it may be.
        max_files: how many of the name there may be.
    """

    name: str
    types: tuple[str, ...]
    max_bytes: int
    max_files: int


@dataclass(frozen=True)
class Taken:
    """One part of the request.

    Attributes:
        place: `query`, `form` or `body`.
        fields: its fields; none where a class of the owner's says what they are.
        files: what a form uploads.
        is_list: whether it is a list of what has these fields.
        is_partial: whether what is left out stays as it is (PATCH, RFC 5789).
        is_merged: whether null removes what is there (RFC 7396).
        is_strict: whether a query with other parameters is answered with 422.
    """

    place: str
    fields: tuple[TakenField, ...]
    files: tuple[TakenFile, ...]
    is_list: bool
    is_partial: bool
    is_merged: bool
    is_strict: bool

    @property
    def media_types(self) -> tuple[str, ...]:
        """Return what the content may be; nothing for the query."""
        if self.place == "body":
            return ("application/merge-patch+json" if self.is_merged else "application/json",)
        if self.place == "form":
            return (MULTIPART,) if self.files else (URLENCODED, MULTIPART)
        return ()


def taken(endpoint: Endpoint) -> Iterator[Taken]:
    """Yield what a planned endpoint takes from the request."""
    for part in endpoint.data["requested"]:
        changes = part["is_partial"] or part["is_merged"]
        is_list = part["type"]["kind"] == "list"
        fields = part["fields"] or _fields_of(part["type"], endpoint.data["models"])
        found = tuple(
            TakenField(name, type_["required"] and not changes, type_["default"])
            for name, type_ in fields.items()
        )
        files = tuple(
            TakenFile(name, tuple(file["types"]), file["max_bytes"], file["max_files"])
            for name, file in part["files"].items()
        )
        yield Taken(
            part["place"], found, files, is_list, changes, part["is_merged"], part["is_strict"]
        )


def _fields_of(type_: Mapping[str, Any], models: Mapping[str, Any]) -> Mapping[str, Any]:
    one = type_["of"][0] if type_["kind"] == "list" else type_
    fields: Mapping[str, Any] = models.get(str(one.get("name")), {}).get("fields", {})
    return fields

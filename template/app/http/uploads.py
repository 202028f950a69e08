"""Files that a form uploads, as `multipart/form-data` (RFC 7578).

Starlette writes what is larger than 1 MiB to a temporary file without a name, which the system
removes when it is closed, after the answer, and also when the process ends before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import HTTPException, UploadFile
from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from app.http.openapi import documented, documented_error

MULTIPART = "multipart/form-data"
FIELDS_SIZE = 2**20
"""Room in the body, in bytes, for the other fields and for what stands between the parts."""

SIGNATURES = {
    "application/pdf": [(0, b"%PDF-")],
    "application/zip": [(0, b"PK")],
    "image/gif": [(0, b"GIF8")],
    "image/jpeg": [(0, b"\xff\xd8\xff")],
    "image/png": [(0, b"\x89PNG\r\n\x1a\n")],
    "image/webp": [(0, b"RIFF"), (8, b"WEBP")],
}
"""What stands where in the files of a media type; of others, the first bytes say nothing."""


@dataclass(slots=True)
class Upload:
    """Says what may be uploaded in one field of a form, of which it is an annotation.

        avatar: Annotated[UploadFile, Upload("image/png", max_bytes=5_000_000)]

    A file of another type is answered with 415, a larger one with 413. Its type is what the client
    says, and what its first bytes say, where that is known. Neither makes a file harmless: serve it
    from another origin, or as an attachment.

    Attributes:
        types: the media types that are taken; any where there is none.
        max_bytes: the most bytes of one file.
        max_files: the most files; with more than one the field is a list.
    """

    types: tuple[str, ...]
    max_bytes: int
    max_files: int

    def __init__(self, *types: str, max_bytes: int, max_files: int = 1) -> None:
        self.types, self.max_bytes, self.max_files = types, max_bytes, max_files

    def check(self, name: str, file: UploadFile) -> None:
        """Refuse a file that is not taken.

        Raises:
            HTTPException: 413 or 415.
        """
        if file.size is not None and file.size > self.max_bytes:
            raise HTTPException(413, f"{name} takes files of at most {self.max_bytes} bytes")
        media_type = (file.content_type or "").partition(";")[0].strip().lower()
        if self.types and not (media_type in self.types and _looks_like(media_type, file)):
            raise HTTPException(415, f"{name} takes {', '.join(self.types)}")

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Check the files when the form is validated."""
        check = partial(self._check_all, handler.field_name or "")
        return core_schema.no_info_after_validator_function(check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe what is taken."""
        described = handler(schema)
        file = described.get("items", described)
        if len(self.types) == 1:
            file["contentMediaType"] = self.types[0]
        if self.max_files > 1:
            described["maxItems"] = self.max_files
        each = " each" if self.max_files > 1 else ""
        described["description"] = f"At most {self.max_bytes} bytes{each}."
        return described

    def _check_all(self, name: str, value: Any) -> Any:
        files = value if self.max_files > 1 else [value]
        if len(files) > self.max_files:
            raise ValueError(f"at most {self.max_files} files are taken")
        for file in files:
            self.check(name, file)
        return value


def body_size(form: type[BaseModel]) -> int:
    """Return how many bytes a body with all files of a form may have."""
    return sum(one.max_bytes * one.max_files for _, one in _uploads(form)) + FIELDS_SIZE


def part_types(form: type[BaseModel]) -> dict[str, Any]:
    """Return the `openapi_extra=` that says which media types the parts may have."""
    encoding = {
        name: {"contentType": ", ".join(one.types)} for name, one in _uploads(form) if one.types
    }
    return {"requestBody": {"content": {MULTIPART: {"encoding": encoding}}}} if encoding else {}


def documented_uploads() -> dict[int | str, dict[str, Any]]:
    """Return the `responses=` entries of files that are refused, or of a body that is."""
    large = documented_error(413, "A file, or the body, is too large")
    large[413]["content"] |= documented(413, media_type="text/plain")[413]["content"]
    return large | documented_error(415, "A file is of another type than those that are taken")


def _uploads(form: type[BaseModel]) -> Iterator[tuple[str, Upload]]:
    for name, field in form.model_fields.items():
        yield from ((name, one) for one in field.metadata if isinstance(one, Upload))


def _looks_like(media_type: str, file: UploadFile) -> bool:
    """Say whether the first bytes are those of a media type, if it has any of its own."""
    start = file.file.read(16)
    file.file.seek(0)
    return all(start[at:].startswith(sign) for at, sign in SIGNATURES.get(media_type, ()))

"""Response headers with a fixed value (RFC 9110, section 5)."""

import re
from dataclasses import dataclass
from typing import Any

from fastapi import Response

from app.http.openapi import header
from app.http.root_path import with_root_path

REFERENCES = frozenset({"content-location", "service-worker-allowed", "sourcemap"})
"""Headers whose whole value is an address, which may be a path of this service."""


@dataclass(frozen=True, slots=True)
class FixedHeader:
    """One header and its value: a dependency when called, or applied to a response in hand.

    Where the value is an address, a path is the service's own, and gets the prefix that a proxy
    takes off.

    Raises `ValueError` for what cannot stand in a header: a line break would start another one.
    """

    name: str
    value: str

    def __post_init__(self) -> None:
        name = re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", self.name)
        value = re.fullmatch(r"[!-~]([ -~]*[!-~])?", self.value)
        if name is None or value is None:
            raise ValueError(f"{self.name!r}: {self.value!r} is not a header of printable ASCII")

    async def __call__(self, response: Response) -> None:
        """Set the header as a FastAPI dependency."""
        self.apply(response)

    def apply(self, response: Response) -> None:
        """Set the header, in place of any earlier value."""
        value = with_root_path(self.value) if self._is_reference() else self.value
        response.headers[self.name] = value

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the header."""
        if self._is_reference():
            described = f"`{self.value}`, as clients see it."
            return {self.name: header(described, type="string", format="uri-reference")}
        return {self.name: header(f"Always `{self.value}`.", type="string", const=self.value)}

    def _is_reference(self) -> bool:
        return self.name.lower() in REFERENCES

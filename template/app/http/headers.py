"""Response headers with a fixed value (RFC 9110, section 5)."""

import re
from dataclasses import dataclass
from typing import Any

from fastapi import Response

from app.http.openapi import header


@dataclass(frozen=True, slots=True)
class FixedHeader:
    """One header and its value: a dependency when called, or applied to a response in hand.

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
        response.headers[self.name] = self.value

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the header."""
        return {self.name: header(f"Always `{self.value}`.", type="string", const=self.value)}

"""Content-Digest: a checksum of the body (RFC 9530, section 2)."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import Response

from app.http.openapi import header


@dataclass(frozen=True, slots=True)
class ContentDigest:
    """A checksum of a response in hand.

    It covers the bytes as they are sent: what compresses them afterwards makes it wrong.
    """

    algorithm: Literal["sha-256", "sha-512"] = "sha-256"

    def apply(self, response: Response) -> None:
        """Set the header, in place of any earlier value."""
        digest = hashlib.new(self.algorithm.replace("-", ""), response.body).digest()
        checksum = base64.b64encode(digest).decode()
        response.headers["Content-Digest"] = f"{self.algorithm}=:{checksum}:"

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the header."""
        return {"Content-Digest": header(f"The {self.algorithm} checksum of the body.")}

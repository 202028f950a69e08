"""Cookies declared once and set, deleted and documented from there (RFC 6265bis)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from fastapi import Response

from app.http.openapi import header

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class CookiePolicy:
    """A cookie's name and attributes.

    `max_age` is in seconds and `expires` a point in time in UTC; without either, the
    cookie ends with the browser session. Path and flags have no default, so that whoever reads
    a declaration sees what protects the cookie. Without `domain` only this host receives it.

    Raises `ValueError` for attributes that make browsers drop the cookie, or break the header.
    """

    name: str
    max_age: int | None = None
    expires: datetime | None = None
    path: str
    domain: str | None = None
    secure: bool
    httponly: bool
    samesite: Literal["lax", "strict", "none"]
    partitioned: bool = False

    def __post_init__(self) -> None:
        prefixed = self.name.lower()
        host_only = self.secure and self.path == "/" and self.domain is None
        if prefixed.startswith("__host-") and not host_only:
            raise ValueError(f'{self.name}: a __Host- cookie needs Secure, Path "/" and no Domain')
        if prefixed.startswith("__secure-") and not self.secure:
            raise ValueError(f"{self.name}: a __Secure- cookie needs Secure")
        if (self.samesite == "none" or self.partitioned) and not self.secure:
            raise ValueError(f"{self.name}: SameSite=None and Partitioned need Secure")
        if re.search(r"[^ -:<-~]", f"{self.path}{self.domain}"):
            raise ValueError(f'{self.name}: path and domain are ASCII without ";" or line breaks')
        if self.expires is not None and self.expires.tzinfo is not UTC:
            raise ValueError(f"{self.name}: expires must be in UTC")

    def set(self, response: Response, value: str) -> None:
        """Send the cookie with `value`; the other attributes are the declared ones."""
        self._send(response, value, self.max_age, self.expires)

    def delete(self, response: Response) -> None:
        """Make the browser drop the cookie.

        Same name, path, domain and flags as it was set with, or browsers keep it.
        """
        self._send(response, "", 0, EPOCH)

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the Set-Cookie header; OpenAPI has one entry for all cookies."""
        return {"Set-Cookie": header(f"The cookie `{self.name}`.")}

    def _send(
        self, response: Response, value: str, max_age: int | None, expires: datetime | None
    ) -> None:
        response.set_cookie(
            self.name,
            value,
            max_age=max_age,
            expires=expires,
            path=self.path,
            domain=self.domain,
            secure=self.secure,
            httponly=self.httponly,
            samesite=self.samesite,
        )
        if self.partitioned:
            # http.cookies knows the attribute only since Python 3.14.
            name, line = response.raw_headers[-1]
            response.raw_headers[-1] = (name, line + b"; Partitioned")

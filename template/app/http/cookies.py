"""Cookies declared once and set, deleted and documented from there (RFC 6265bis)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Literal

from fastapi import Response

from app.http.cookie_header import LONGEST_PAIR
from app.http.openapi import header
from app.http.root_path import with_root_path

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_LIFE = 400 * 86_400
"""The longest that browsers keep a cookie, in seconds (RFC 6265bis, section 5.5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CookiePolicy:
    """A cookie's name and attributes.

    `max_age` is in seconds, at most 400 days, and `expires` a point in time in UTC; without
    either, the cookie ends with the browser session. A point more than 400 days ahead is sent as
    400 days from today; when it has passed, browsers drop the cookie at once. Path and flags have
    no default, so that whoever reads a declaration sees what protects the cookie. Without `domain`
    only this host receives it, with it the host and all its subdomains. A path is the service's
    own: where a proxy takes a prefix off, it is sent with the prefix, but `/` stays the whole host.

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
        for broken, rule in (*self._broken_prefix(), *self._broken_attributes()):
            if broken:
                raise ValueError(f"{self.name}: {rule}")

    def _broken_prefix(self) -> Iterator[tuple[bool, str]]:
        name = self.name.lower()
        host_only = self.secure and self.path == "/" and self.domain is None
        yield (
            name.startswith("__host-") and not host_only,
            'a __Host- cookie needs Secure, Path "/" and no Domain',
        )
        yield name.startswith("__secure-") and not self.secure, "a __Secure- cookie needs Secure"
        yield (
            name.startswith(("__http-", "__host-http-")) and not (self.secure and self.httponly),
            "a __Http- cookie needs Secure and HttpOnly",
        )

    def _broken_attributes(self) -> Iterator[tuple[bool, str]]:
        yield (
            re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", self.name) is None,
            "the name is a token of RFC 9110, or it could not be read back",
        )
        cross_site = self.samesite == "none"
        yield cross_site and not self.secure, "SameSite=None needs Secure"
        yield (
            self.partitioned and not (self.secure and cross_site),
            "Partitioned needs Secure and SameSite=None",
        )
        yield (
            re.search(r"[^ -:<-~]", f"{self.path}{self.domain}") is not None,
            'path and domain are ASCII without ";" or line breaks',
        )
        lives = self.max_age is None or 0 < self.max_age <= LONGEST_LIFE
        yield not lives, "max_age is between one second and 400 days"
        yield (
            self.expires is not None and self.expires.tzinfo is not UTC,
            "expires must be in UTC",
        )
        yield (
            self.expires is not None and self.max_age is not None,
            "browsers ignore expires beside max_age",
        )

    def set(self, response: Response, value: str) -> None:
        """Send the cookie with `value`; the other attributes are the declared ones.

        Raises `ValueError` for a value that would not arrive as it is (RFC 6265bis, section 4.1.1),
        and when name and value are longer than browsers keep.
        """
        if re.fullmatch(r"[!#-+\--:<-\[\]-~]*", value) is None:
            allowed = "printable ASCII without spaces, quotes, commas, semicolons and backslashes"
            raise ValueError(
                f"{self.name}: a value is {allowed}; encode it with urllib.parse.quote"
            )
        if len(self.name) + len(value) > LONGEST_PAIR:
            raise ValueError(f"{self.name}: browsers drop a cookie of more than 4096 bytes")
        self._send(response, value, self.max_age, self._until())

    def delete(self, response: Response) -> None:
        """Make the browser drop the cookie.

        Same name, path, domain and flags as it was set with, or browsers keep it.
        """
        self._send(response, '""', 0, EPOCH)

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the Set-Cookie header of an answer that always sets or deletes the cookie."""
        return self.described(f"The cookie `{self.name}`.")

    def described(self, description: str, *, required: bool = True) -> dict[str, Any]:
        """Describe the Set-Cookie header; the schema says which cookie it is."""
        name = re.sub(r"[$*+.^|]", r"\\\g<0>", self.name)
        described = header(description, required=required, type="string", pattern=f"^{name}=")
        return {"Set-Cookie": described}

    def _until(self) -> datetime | None:
        """Return what is sent as `expires`, the same all day: what follows from it is kept."""
        if self.expires is None:
            return None
        today = datetime.combine(datetime.now(UTC), time.min, UTC)
        return min(self.expires, today + timedelta(seconds=LONGEST_LIFE))

    def _send(
        self, response: Response, value: str, max_age: int | None, expires: datetime | None
    ) -> None:
        path = self.path if self.path == "/" else with_root_path(self.path)
        line = f"{self.name}={value}{_attributes(self, path, max_age, expires)}"
        response.headers.append("Set-Cookie", line)


@lru_cache(maxsize=1024)
def _attributes(
    cookie: CookiePolicy, path: str, max_age: int | None, expires: datetime | None
) -> str:
    """Return what follows the value on the cookie's line.

    It is kept, because to write it takes longer than all other headers of an answer together.
    """
    response = Response()
    response.set_cookie(
        cookie.name,
        "value",
        max_age=max_age,
        expires=expires,
        path=path,
        domain=cookie.domain,
        secure=cookie.secure,
        httponly=cookie.httponly,
        samesite=cookie.samesite,
    )
    attributes = response.headers["set-cookie"].removeprefix(f"{cookie.name}=value")
    # http.cookies knows Partitioned only since Python 3.14.
    return f"{attributes}; Partitioned" if cookie.partitioned else attributes

"""Cookies whose value only this service can make (RFC 6265bis, section 8.2)."""

from typing import Annotated, Any

from fastapi import Cookie, Response

from app.http.cookies import CookiePolicy
from app.http.signing import Signer


class SignedCookie:
    """A cookie that says who made its value, and when; its visitor can read it.

    `value` is a dependency: the text that was set, or None. A value that was changed, is over, or
    was signed with a key that is not accepted any more is as good as none: most of those
    come from visitors who did nothing wrong. The next `set` replaces it.

    Raises `ValueError` without `max_age`, since a browser may keep its cookies for ever.
    """

    def __init__(self, cookie: CookiePolicy) -> None:
        if cookie.max_age is None:
            raise ValueError(f"{cookie.name}: a signed cookie needs max_age")
        self.cookie = cookie
        self.max_age = cookie.max_age
        self._signer = Signer(f"cookie {cookie.name}")

        async def read(
            signed: Annotated[str | None, Cookie(alias=cookie.name)] = None,
        ) -> str | None:
            return self.value_of(signed or "")

        self.value = read

    def set(self, response: Response, value: str) -> None:
        """Send the cookie with the signed value."""
        self.cookie.set(response, self.sign(value))

    def sign(self, value: str) -> str:
        """Return what the cookie holds for a value."""
        return self._signer.sign(value)

    def value_of(self, signed: str) -> str | None:
        """Return the value that was signed here within the last `max_age` seconds, or None."""
        found = self._signer.read(signed, self.max_age)
        return None if found is None else str(found[0])

    def delete(self, response: Response) -> None:
        """Make the browser drop the cookie."""
        self.cookie.delete(response)

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the Set-Cookie header."""
        return self.cookie.openapi_headers()

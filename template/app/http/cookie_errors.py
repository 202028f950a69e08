"""Errors that set or delete cookies (RFC 6265bis, section 3).

What is set on the injected `Response` is dropped when an exception is raised.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import HTTPException, Response
from starlette.datastructures import Headers

from app.http.cookies import CookiePolicy
from app.http.openapi import HeaderDescription, documented_error


class ErrorWithCookies(HTTPException):
    """An error whose answer also sets cookies, by policy and value, and deletes others.

    Handlers of `HTTPException` find the lines in `headers`, which holds several of one name. A 401
    gets the challenge of cookies, unless `headers` has another one (RFC 9110, section 11.6.1).
    """

    def __init__(
        self,
        status_code: int,
        detail: str,
        *,
        set_cookies: Mapping[CookiePolicy, str] | None = None,
        delete_cookies: Iterable[CookiePolicy] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        cookies = Response()
        for cookie, value in (set_cookies or {}).items():
            cookie.set(cookies, value)
        for cookie in delete_cookies:
            cookie.delete(cookies)
        lines = [header for header in cookies.raw_headers if header[0] == b"set-cookie"]
        challenge = {"WWW-Authenticate": 'Cookie realm="app"'} if status_code == 401 else {}
        others = Headers(challenge if headers is None else headers)
        super().__init__(status_code, detail, Headers(raw=[*others.raw, *lines]))


def documented_cookie_error(
    status_code: int, description: str, *cookies: CookiePolicy
) -> dict[int | str, dict[str, Any]]:
    """Return a `responses=` entry for an error that sets or deletes these cookies."""
    challenge = [HeaderDescription("WWW-Authenticate", "How to log in.")]
    described = challenge if status_code == 401 else []
    return documented_error(status_code, description, *described, *cookies)

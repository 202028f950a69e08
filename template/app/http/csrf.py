"""Protection against requests that another site makes a browser send (OWASP CSRF Prevention).

A signed double-submit token: a cookie that scripts of this host can read, and the header into
which they copy it. The token is a MAC under the session's own token, so it belongs to that session,
nobody else can make it, and no further secret has to be kept.
"""

import hashlib
import hmac
from typing import Annotated

from fastapi import Cookie, Header, HTTPException, Request

from app.http.cookies import CookiePolicy
from app.http.openapi import NEEDED, documented_error

FORBIDDEN = documented_error(403, "From another site, or without a valid CSRF token")

OWN_PAGES = ("same-origin", "none")
"""What browsers send as Sec-Fetch-Site for requests of this origin's pages, or of the user."""


class DoubleSubmit:
    """The tokens in one cookie, bound to the session in another.

    `check` is a dependency of endpoints that change something: 403 unless the request comes from a
    page of this origin, as far as the browser says (Fetch Metadata), and its header X-CSRF-Token
    repeats the cookie with the token of the request's session.

    Raises `ValueError` when scripts could not read the cookie, or other hosts could set it.
    """

    def __init__(self, cookie: CookiePolicy, *, session: str) -> None:
        if cookie.httponly or not cookie.name.startswith("__Host-"):
            raise ValueError(f"{cookie.name}: __Host- and no HttpOnly are needed")
        description = f"What the cookie `{cookie.name}` holds."

        async def check(
            request: Request,
            kept: Annotated[str, Cookie(alias=cookie.name, json_schema_extra=NEEDED)] = "",
            sent: Annotated[
                str,
                Header(alias="X-CSRF-Token", description=description, json_schema_extra=NEEDED),
            ] = "",
        ) -> None:
            if request.headers.get("sec-fetch-site", "none") not in OWN_PAGES:
                raise HTTPException(403, "Requests from other sites are refused")
            session_token = request.cookies.get(session, "")
            valid = self.token(session_token) if session_token else ""
            if not (valid and _same(kept, sent) and _same(valid, sent)):
                raise HTTPException(403, "The CSRF token is missing or wrong")

        self.check = check

    def token(self, session_token: str) -> str:
        """Return the token that belongs to a session."""
        key = session_token.encode()
        return hmac.new(key, b"csrf", hashlib.sha256).hexdigest()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())

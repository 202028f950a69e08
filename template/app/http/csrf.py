"""Protection against requests that another site makes a browser send (OWASP CSRF Prevention).

A signed double-submit token: a cookie that scripts of this host can read, and the header into
which they copy it, or a hidden field of this service's own forms. The token is a MAC under the
session's own token, so it belongs to that session, nobody else can make it, and no further secret
has to be kept. Before a login there is no session: the token of a login's form is random, and
`__Host-` keeps everybody else from setting the cookie.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Cookie, Header, HTTPException, Request

from app.http.cookies import CookiePolicy
from app.http.openapi import NEEDED, documented_error

FORBIDDEN = documented_error(403, "From another site, or without a valid CSRF token")

FIELD = "csrf_token"
"""The hidden field of forms."""

TOKEN_FIELD = {
    "requestBody": {
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {"type": "object", "properties": {FIELD: {"type": "string"}}}
            }
        }
    }
}
"""For `openapi_extra`: the field, which may be sent in place of the header."""

OWN_PAGES = ("same-origin", "none")
"""What browsers send as Sec-Fetch-Site for requests of this origin's pages, or of the user."""


class DoubleSubmit:
    """The tokens in one cookie, bound to the session in another.

    `check` is a dependency of endpoints that change something: 403 unless the request comes from a
    page of this origin, as far as the browser says (Fetch Metadata), and its header X-CSRF-Token
    repeats the cookie with the token of the request's session. `check_form` also takes the token
    from the form's field `csrf_token`; before a login, it is the one that the page was given.

    `for_page` is a dependency of pages with such forms: `request.state.csrf_token` is what belongs
    into the field and into the cookie.

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
            _refuse_other_sites(request)
            session_token = request.cookies.get(session, "")
            _compare(kept, sent, self.token(session_token) if session_token else "")

        async def check_form(
            request: Request,
            kept: Annotated[str, Cookie(alias=cookie.name, json_schema_extra=NEEDED)] = "",
            sent: Annotated[str, Header(alias="X-CSRF-Token", description=description)] = "",
        ) -> AsyncIterator[None]:
            _refuse_other_sites(request)
            async with request.form() as form:
                field = form.get(FIELD)
                token = sent or (field if isinstance(field, str) else "")
                session_token = request.cookies.get(session, "")
                _compare(kept, token, self.token(session_token) if session_token else kept)
                request.state.csrf_token = token
                yield

        async def for_page(
            request: Request, kept: Annotated[str, Cookie(alias=cookie.name)] = ""
        ) -> None:
            if session_token := request.cookies.get(session, ""):
                token = self.token(session_token)
            else:
                token = kept if re.fullmatch("[0-9a-f]{64}", kept) else secrets.token_hex(32)
            request.state.csrf_token = token

        self.check = check
        self.check_form = check_form
        self.for_page = for_page

    def token(self, session_token: str) -> str:
        """Return the token that belongs to a session."""
        key = session_token.encode()
        return hmac.new(key, b"csrf", hashlib.sha256).hexdigest()


def _refuse_other_sites(request: Request) -> None:
    if request.headers.get("sec-fetch-site", "none") not in OWN_PAGES:
        raise HTTPException(403, "Requests from other sites are refused")


def _compare(kept: str, sent: str, valid: str) -> None:
    if not (valid and _same(kept, sent) and _same(valid, sent)):
        raise HTTPException(403, "The CSRF token is missing or wrong")


def _same(one: str, other: str) -> bool:
    # Some charsets of multipart forms can spell half a character.
    return hmac.compare_digest(one.encode(), other.encode(errors="surrogatepass"))

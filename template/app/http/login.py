"""Who may log in, and what those who are not logged in are told."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from fastapi import HTTPException, Request
from pydantic import BaseModel, SecretStr
from starlette.requests import HTTPConnection

from app.http.openapi import HeaderDescription, documented_error
from app.http.setting_types import Name
from app.settings import Settings

CHALLENGE_HEADERS = (
    HeaderDescription("WWW-Authenticate", "How to log in."),
    HeaderDescription("Cache-Control", "Always `no-store`."),
)
"""What `unauthorized` sends."""

UNAUTHORIZED = documented_error(401, "Not logged in", *CHALLENGE_HEADERS)


class LoginSettings(Settings):
    """The one account that may log in until you connect your own user table."""

    login_user: Name = "admin"
    login_password: SecretStr | None = None


class Credentials(BaseModel):
    """What a login sends."""

    username: str
    password: SecretStr


Refusal = Callable[[HTTPConnection], Exception]
"""Makes the answer to a request without a session, to be raised."""


class BrowserLogin(Protocol):
    """How people log in with a browser; see `app/http/login_page.py`."""

    async def authenticated(self, request: Request, form: Credentials) -> str:
        """Return the user's name, or raise what is wrong with the form."""
        ...

    def refused(self, connection: HTTPConnection) -> Exception:
        """Return the answer to a request without a session; see `Refusal`."""
        ...


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token for a cookie, and the name of the user for whom it stands."""

    user: str
    token: str = field(repr=False)


async def authenticated(credentials: Credentials) -> str:
    """Return the user's name; replace the check with a look-up in your own user table.

    Raises 401 when the credentials are wrong, or while APP_LOGIN_PASSWORD is not set.
    """
    settings = LoginSettings.current()
    password = settings.login_password
    given = f"{credentials.username}\0{credentials.password.get_secret_value()}"
    known = password is not None and hmac.compare_digest(
        given.encode(errors="surrogatepass"),  # JSON can carry half a character
        f"{settings.login_user}\0{password.get_secret_value()}".encode(),
    )
    if not known:
        raise unauthorized("Wrong user name or password")
    return credentials.username


def not_logged_in(_: HTTPConnection) -> HTTPException:
    """Return what a request without a session is answered, whoever sent it."""
    return unauthorized("Not logged in")


def forget_visitor(request: Request) -> None:
    """Empty `request.session` at a logout, so that the browser's next user does not find it.

    Nothing is done where no middleware keeps one.
    """
    if "session" in request.scope:
        request.session.clear()


def unauthorized(detail: str) -> HTTPException:
    """Return a 401 with the challenge that RFC 9110, section 11.6.1, requires."""
    headers = {"WWW-Authenticate": 'Cookie realm="app"', "Cache-Control": "no-store"}
    return HTTPException(401, detail, headers=headers)

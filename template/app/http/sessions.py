"""Sessions behind one `__Host-` cookie: started at login, read by endpoints, ended at logout.

The table of sessions lives in this process: with several workers, put a shared store behind
`start`, `user` and `end`.
"""

import hmac
import secrets
import time
from typing import Annotated

from fastapi import Depends, HTTPException, Request, Response
from fastapi.security import APIKeyCookie
from pydantic import BaseModel, SecretStr

from app.http.cookies import CookiePolicy
from app.http.openapi import HeaderDescription, documented_error
from app.settings import Settings

ONE_DAY = 86_400
"""How long a session lasts, in seconds, when its cookie ends with the browser."""

UNAUTHORIZED = documented_error(
    401,
    "Not logged in",
    HeaderDescription("WWW-Authenticate", "How to log in."),
    HeaderDescription("Cache-Control", "Always `no-store`."),
)


class SessionSettings(Settings):
    """The one account that may log in until you connect your own user table."""

    login_user: str = "admin"
    login_password: SecretStr | None = None


class Credentials(BaseModel):
    """What a login sends."""

    username: str
    password: SecretStr


async def authenticated(credentials: Credentials) -> str:
    """Return the user's name; replace the check with a look-up in your own user table.

    Raises 401 when the credentials are wrong, or while APP_LOGIN_PASSWORD is not set.
    """
    settings = SessionSettings.current()
    password = settings.login_password
    given = f"{credentials.username}\0{credentials.password.get_secret_value()}"
    known = password is not None and hmac.compare_digest(
        given.encode(errors="surrogatepass"),  # JSON can carry half a character
        f"{settings.login_user}\0{password.get_secret_value()}".encode(),
    )
    if not known:
        raise unauthorized("Wrong user name or password")
    return credentials.username


def unauthorized(detail: str) -> HTTPException:
    """Return a 401 with the challenge that RFC 9110, section 11.6.1, requires."""
    headers = {"WWW-Authenticate": 'Cookie realm="app"', "Cache-Control": "no-store"}
    return HTTPException(401, detail, headers=headers)


class Session:
    """The sessions that one cookie identifies.

    `user` is a dependency: the logged-in user's name, or 401 without a live session.
    """

    def __init__(self, cookie: CookiePolicy) -> None:
        self.cookie = cookie
        self._users: dict[str, tuple[str, float]] = {}
        session_cookie = APIKeyCookie(name=cookie.name, scheme_name=cookie.name, auto_error=False)

        async def logged_in(token: Annotated[str | None, Depends(session_cookie)]) -> str:
            user = self.user_of(token or "")
            if user is None:
                raise unauthorized("Not logged in")
            return user

        self.user = logged_in

    def start(self, response: Response, user: str) -> None:
        """Begin a session for `user` and set its cookie."""
        self.cookie.set(response, self.open(user))

    def open(self, user: str) -> str:
        """Begin a session for `user` under a new token, and return the token."""
        now = time.monotonic()
        self._users = {token: one for token, one in self._users.items() if now < one[1]}
        token = secrets.token_urlsafe(32)
        self._users[token] = (user, now + (self.cookie.max_age or ONE_DAY))
        return token

    def user_of(self, token: str) -> str | None:
        """Return whose session the token stands for, or None when it is unknown or over."""
        user, ends = self._users.get(token, (None, 0.0))
        return user if time.monotonic() < ends else None

    def end(self, response: Response, request: Request) -> None:
        """Forget the request's session, here and in the browser."""
        self._users.pop(request.cookies.get(self.cookie.name, ""), None)
        self.cookie.delete(response)

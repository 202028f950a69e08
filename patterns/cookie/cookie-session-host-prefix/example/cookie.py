"""The cookie `__Host-session`."""

from app.http.cookies import CookiePolicy
from app.http.sessions import Session

session_cookie = CookiePolicy(
    name="__Host-session",
    max_age=3_600,
    path="/",
    secure=True,
    httponly=True,
    samesite="lax",
)

session = Session(session_cookie)

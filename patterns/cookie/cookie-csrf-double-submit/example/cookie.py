"""The cookie `__Host-csrf`."""

from app.http.cookies import CookiePolicy
from app.http.csrf import DoubleSubmit

csrf_cookie = CookiePolicy(
    name="__Host-csrf",
    max_age=28_800,
    path="/",
    secure=True,
    httponly=False,
    samesite="strict",
)

csrf_guard = DoubleSubmit(csrf_cookie, session="__Host-session")

"""The cookie `retired`."""

from app.http.cookies import CookiePolicy

retired_cookie = CookiePolicy(
    name="retired",
    path="/",
    secure=True,
    httponly=True,
    samesite="lax",
)

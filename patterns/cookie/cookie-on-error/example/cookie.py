"""The cookie `device`."""

from app.http.cookies import CookiePolicy

device_cookie = CookiePolicy(
    name="device",
    path="/",
    secure=True,
    httponly=True,
    samesite="lax",
)

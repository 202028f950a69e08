"""The cookie `__Host-notice`."""

from app.http.cookies import CookiePolicy
from app.http.flash import Flash

notice_cookie = CookiePolicy(
    name="__Host-notice",
    max_age=60,
    path="/",
    secure=True,
    httponly=True,
    samesite="lax",
)

notice_flash = Flash(notice_cookie)

"""The cookie `visitor`."""

from app.http.cookies import CookiePolicy

visitor_cookie = CookiePolicy(
    name="visitor",
    path="/",
    secure=True,
    httponly=True,
    samesite="lax",
)

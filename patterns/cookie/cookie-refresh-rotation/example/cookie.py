"""The cookie `__Secure-refresh`."""

from app.http.cookies import CookiePolicy
from app.http.refresh_tokens import RefreshTokens

refresh_cookie = CookiePolicy(
    name="__Secure-refresh",
    max_age=1_209_600,
    path="/auth",
    secure=True,
    httponly=True,
    samesite="strict",
)

refresh_tokens = RefreshTokens(refresh_cookie, lifetime=7_776_000)

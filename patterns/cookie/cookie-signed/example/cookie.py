"""The cookie `__Host-cart`."""

from app.http.cookies import CookiePolicy
from app.http.signed_cookies import SignedCookie

cart_cookie = CookiePolicy(
    name="__Host-cart",
    max_age=2_592_000,
    path="/",
    secure=True,
    httponly=True,
    samesite="lax",
)

cart_signed = SignedCookie(cart_cookie)

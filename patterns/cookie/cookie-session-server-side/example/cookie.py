"""The cookie `__Host-sid`."""

from app.http.cookies import CookiePolicy
from app.http.server_sessions import ServerSession

sid_cookie = CookiePolicy(
    name="__Host-sid",
    max_age=28_800,
    path="/",
    secure=True,
    httponly=True,
    samesite="lax",
)

sid_session = ServerSession(sid_cookie, idle_timeout=900)

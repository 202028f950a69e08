"""What wraps the whole application, outermost first; answers to unhandled errors included.

Generated from `.copier-answers.yml`.
"""

from starlette.middleware import Middleware

from app.http.security import SecurityHeaders

middleware: list[Middleware] = [
    Middleware(
        SecurityHeaders,
        hsts_max_age=31_536_000,
        content_security_policy="default-src 'none'; frame-ancestors 'none'",
    ),
]

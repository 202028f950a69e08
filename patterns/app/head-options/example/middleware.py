"""What wraps the whole application, outermost first; answers to unhandled errors included.

Generated from `.copier-answers.yml`.
"""

from starlette.middleware import Middleware

from app.http.methods import HeadAndOptions

middleware: list[Middleware] = [Middleware(HeadAndOptions)]

"""What wraps the whole application, outermost first; answers to unhandled errors included.

Generated from `.copier-answers.yml`.
"""

from starlette.middleware import Middleware

from app.http.state import OpenState

middleware: list[Middleware] = [Middleware(OpenState)]

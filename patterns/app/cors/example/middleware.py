"""What wraps the whole application, outermost first; answers to unhandled errors included.

Generated from `.copier-answers.yml`.
"""

from starlette.middleware import Middleware

from app.endpoints import routers
from app.http.cors import CrossOrigin, exposed_headers

middleware: list[Middleware] = [
    Middleware(
        CrossOrigin,
        allow_origins=["https://app.example.com"],
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["Content-Type"],
        allow_credentials=False,
        expose_headers=exposed_headers(routers),
        max_age=600,
    ),
]

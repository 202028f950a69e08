"""What wraps the whole application, outermost first; answers to unhandled errors included.

Generated from `.copier-answers.yml`. The order is always the same: the request's id, so that all
that follows can be logged with it; headers of every answer; what answers by itself, such as CORS;
what changes an answer, from its bytes to its content. Each is pure ASGI: a function that FastAPI's
decorator makes into middleware holds back streams, loses context variables, and costs more than
the endpoint.
"""

from starlette.middleware import Middleware

from app.http.telemetry import Telemetry

middleware: list[Middleware] = [Middleware(Telemetry)]

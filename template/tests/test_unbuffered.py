"""No middleware of this service stands in the way of its streams."""

from starlette.middleware.base import BaseHTTPMiddleware

from app.http.application import Application


def test_no_middleware_holds_streams_back(service: Application) -> None:
    """`BaseHTTPMiddleware` would, and it loses context variables."""
    for middleware in (*service.outermost, *service.user_middleware):
        assert isinstance(middleware.cls, type)
        assert not issubclass(middleware.cls, BaseHTTPMiddleware)

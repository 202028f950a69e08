"""The application class: middleware around everything, and OpenAPI that includes it."""

from collections.abc import Sequence
from typing import Any, cast

from fastapi import FastAPI, Request, Response
from starlette.middleware import Middleware
from starlette.types import ASGIApp


class Answered(Exception):  # noqa: N818
    """Raised by a dependency or an endpoint to end the request with this response.

    Unlike `HTTPException` it is no error: every header of the response is sent, cookies too.
    """

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


async def _answer(_: Request, reason: Exception) -> Response:
    return cast("Answered", reason).response


class Application(FastAPI):
    """FastAPI whose `outermost` middleware also reaches the answer to an unhandled error.

    `add_middleware` puts middleware inside the handler that answers 500, so what it adds is
    missing there. The first one listed is the outermost.
    """

    def __init__(self, *, outermost: Sequence[Middleware] = (), **options: Any) -> None:
        super().__init__(**options)
        self.outermost = outermost
        self.add_exception_handler(Answered, _answer)

    def build_middleware_stack(self) -> ASGIApp:
        """Wrap FastAPI's own stack, error handler included."""
        app = super().build_middleware_stack()
        for middleware in reversed(self.outermost):
            app = middleware.cls(app, *middleware.args, **middleware.kwargs)
        return app

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document, with the outermost middleware's headers on every answer."""
        document = super().openapi()
        headers = self._outermost_headers()
        if not headers or "headers" in document.setdefault("components", {}):
            return document
        document["components"]["headers"] = headers
        references = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
        for path in document["paths"].values():
            for operation in path.values():
                for response in operation["responses"].values():
                    response["headers"] = {**references, **response.get("headers", {})}
        return document

    def _outermost_headers(self) -> dict[str, Any]:
        described: dict[str, Any] = {}
        for middleware in self.outermost:
            wrapper = middleware.cls(self, *middleware.args, **middleware.kwargs)
            if hasattr(wrapper, "openapi_headers"):
                described.update(wrapper.openapi_headers())
        return described

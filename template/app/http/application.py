"""The application class: middleware around everything, and OpenAPI that includes it."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.middleware import Middleware
from starlette.types import ASGIApp


async def invalid_request(request: Request, error: Exception) -> JSONResponse:
    """Answer 422 with where and what is wrong, but not with what was sent.

    FastAPI's own answer repeats the input, so that a password ends up in bodies and logs.
    """
    assert isinstance(error, RequestValidationError)  # noqa: S101 - for the type checker
    detail = [{key: one[key] for key in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": detail}, 422)


class Application(FastAPI):
    """FastAPI whose `outermost` middleware also reaches the answer to an unhandled error.

    `add_middleware` puts middleware inside the handler that answers 500, so what it adds is
    missing there. The first one listed is the outermost.
    """

    def __init__(self, *, outermost: Sequence[Middleware] = (), **options: Any) -> None:
        super().__init__(**options)
        self.outermost = outermost
        self.add_exception_handler(RequestValidationError, invalid_request)

    def build_middleware_stack(self) -> ASGIApp:
        """Wrap FastAPI's own stack, error handler included."""
        app = super().build_middleware_stack()
        for middleware in reversed(self.outermost):
            app = middleware.cls(app, *middleware.args, **middleware.kwargs)
        return app

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document, with the outermost middleware's headers on every answer.

        A stream's items are described with a keyword of OpenAPI 3.2, which FastAPI uses in
        documents that it calls 3.1: those are called what they are.
        """
        document = super().openapi()
        if _describes_items(document):
            document["openapi"] = "3.2.0"
        components = document.setdefault("components", {})
        if "headers" in components:
            return document
        headers = self._outermost_headers()
        if not headers:
            return document
        components["headers"] = headers
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


def _describes_items(document: dict[str, Any]) -> bool:
    return any(
        "itemSchema" in content
        for path in document["paths"].values()
        for operation in path.values()
        for response in operation["responses"].values()
        for content in response.get("content", {}).values()
    )

"""The application class: middleware around everything, and OpenAPI that includes it."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from app.http.openapi import documented


class Answered(Exception):  # noqa: N818
    """Raised by a dependency or an endpoint to end the request with this response.

    Unlike `HTTPException` it is no error: every header of the response is sent, cookies too.
    """

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


async def _answer(_: Request, reason: Exception) -> Response:
    return cast("Answered", reason).response


async def invalid_request(_: Request, error: Exception) -> JSONResponse:
    """Answer 422 with where and what is wrong, but not with what was sent.

    FastAPI's own answer repeats the input, so that a password ends up in bodies and logs.
    """
    errors = cast("RequestValidationError", error).errors()
    detail = [{key: one[key] for key in ("loc", "msg", "type")} for one in errors]
    return JSONResponse({"detail": detail}, 422)


class Application(FastAPI):
    """FastAPI whose `outermost` middleware also reaches the answer to an unhandled error.

    `add_middleware` puts middleware inside the handler that answers 500, so what it adds is
    missing there. The first one listed is the outermost.
    """

    def __init__(self, *, outermost: Sequence[Middleware] = (), **options: Any) -> None:
        super().__init__(**options)
        self.outermost = outermost
        self.add_exception_handler(Answered, _answer)
        self.add_exception_handler(RequestValidationError, invalid_request)

    def include_endpoints(self, routers: Iterable[APIRouter]) -> None:
        """Include the routers of all endpoints, which have no lifespan of their own.

        FastAPI wraps the lifespan of each included router around that of the application; some
        hundred of them are nested too deeply for Python.
        """
        lifespan = self.router.lifespan_context
        for router in routers:
            self.include_router(router)
        self.router.lifespan_context = lifespan

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
        wrappers = [one.cls(self, *one.args, **one.kwargs) for one in self.outermost]
        describing = [wrapper for wrapper in wrappers if hasattr(wrapper, "openapi_headers")]
        headers: dict[str, Any] = documented(200, *describing)[200].get("headers", {})
        return headers


def _describes_items(document: dict[str, Any]) -> bool:
    return any(
        "itemSchema" in content
        for path in document["paths"].values()
        for operation in path.values()
        for response in operation["responses"].values()
        for content in response.get("content", {}).values()
    )

"""The application class: middleware around everything, and OpenAPI that includes it."""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any, cast

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.datastructures import DefaultPlaceholder
from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from fastapi.responses import JSONResponse
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from app.http.openapi import (
    STRING,
    documented,
    documented_error,
    drop_unused_schemas,
    list_tags,
    merged,
    operations,
    responses_in,
    share_problems,
)
from app.http.routing import allowing_all, in_turn, name_of, resources
from app.http.wrappers import INSIDE, OUTSIDE, ROUTERS, START

NO_TEXT = documented_error(400, "The body is not UTF-8")[400]
MAX_BODY_SIZE = 2**20
TOO_LARGE = documented(413, media_type="text/plain", description="The body is too large")[413]


class Answered(Exception):  # noqa: N818
    """Raised by a dependency or an endpoint to end the request with this response.

    Unlike `HTTPException` it is no error: every header of the response is sent, cookies too.
    """

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


async def answer_early(_: Request, reason: Exception) -> Response:
    """Answer with what `Answered` holds."""
    return cast("Answered", reason).response


async def invalid_request(_: Request, error: Exception) -> JSONResponse:
    """Answer 422 with where and what is wrong, but not with what was sent.

    FastAPI's own repeats the input, such as a password, and what a dependency finds wrong, too.
    """
    errors = cast("RequestValidationError", error).errors()
    told = [{key: one[key] for key in ("loc", "msg", "type")} for one in errors]
    detail = [one for at, one in enumerate(told) if one not in told[:at]]
    return JSONResponse({"detail": detail}, 422)


class Application(FastAPI):
    """FastAPI, with what it does not do by itself.

    - The `outermost` middleware, listed from the outside, also reaches the answer to an unhandled
      error: `add_middleware` puts it inside the handler that answers 500.
    - A body of more than `max_body_size` bytes is answered with 413; `None` sets no limit.
    - An invalid request is answered without what was sent, and `Answered` ends one early.
    - The OpenAPI document says what clients see of that. It is of version 3.1, or 3.2 where a
      stream needs that; `openapi_version="3.1.0"` is for generators that read no 3.2.
    - A 405 names every method of the resource, not only those of the first route to the path.
    - An operation is called as its endpoint, unless `generate_unique_id_function` says otherwise.
    """

    def __init__(
        self,
        *,
        outermost: Sequence[Middleware] = (),
        max_body_size: int | None = MAX_BODY_SIZE,
        openapi_version: str | None = None,
        exception_handlers: Mapping[Any, Any] | None = None,
        **options: Any,
    ) -> None:
        invalid = (RequestValidationError, WebSocketRequestValidationError)
        known: dict[Any, Any] = {Answered: answer_early, **dict.fromkeys(invalid, invalid_request)}
        super().__init__(
            max_body_size=max_body_size,
            exception_handlers={**known, **(exception_handlers or {})},
            **options,
        )
        self.outermost = (*START, *OUTSIDE, *outermost, *INSIDE)
        self.openapi_version = openapi_version or self.openapi_version
        self._has_version = openapi_version is not None
        self._completed: dict[str, Any] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI 3.0)."""
        if scope["type"] == "http":
            send = allowing_all(scope, send)
        await super().__call__(scope, receive, send)

    def include_endpoints(self, routers: Iterable[APIRouter]) -> None:
        """Include the routers of all endpoints, as `include_router` does with one.

        What one of them serves with `frontend()` is left out: that is for the application.
        """
        routers = [*ROUTERS, *routers]
        lifespans = [one.lifespan_context for one in (self.router, *routers)]
        own_ids = self.router.generate_unique_id_function
        ids = name_of if isinstance(own_ids, DefaultPlaceholder) else own_ids
        for resource in resources(routers, generate_unique_id_function=ids):
            self.include_router(resource)
        self.router.lifespan_context = in_turn(lifespans)

    def build_middleware_stack(self) -> ASGIApp:
        """Wrap FastAPI's own stack, error handler included."""
        app = super().build_middleware_stack()
        for middleware in reversed(self.outermost):
            app = middleware.cls(app, *middleware.args, **middleware.kwargs)
        return app

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document, with what FastAPI's own leaves out.

        A body that is no text or too large is refused; a parameter is there or not, but never null,
        and needed where an endpoint always refuses who leaves it out; a header is one line; the
        items of a stream are described by a keyword of OpenAPI 3.2. Middleware describes its
        headers in `openapi_headers()`, and what else it changes in `complete_openapi(document)`.
        """
        document = super().openapi()
        if document is self._completed:
            return document
        describe_streams(document, self.openapi_version, may_be_newer=not self._has_version)
        wrappers = [one.cls(self, *one.args, **one.kwargs) for one in self.outermost]
        complete(document, wrappers, limits_bodies=self.max_body_size is not None)
        share_problems(document)
        drop_unused_schemas(document)
        self._completed = document
        return document


def complete(document: dict[str, Any], wrappers: Sequence[Any], *, limits_bodies: bool) -> None:
    """Let a document say of its operations what FastAPI leaves out, and what middleware does."""
    for operation in operations(document):
        if "requestBody" in operation:
            operation["responses"].setdefault("400", deepcopy(NO_TEXT))
            if limits_bodies:
                operation["responses"].setdefault("413", deepcopy(TOO_LARGE))
            for content in operation["requestBody"]["content"].values():
                content["schema"] = _beside_no_reference(content["schema"])
        for parameter in operation.get("parameters", []):
            schema = _never_null(parameter["schema"])
            if parameter["in"] == "header":
                schema = _one_line(schema)
            parameter["schema"] = schema
            if schema.pop("x-required", False):
                schema.pop("default", None)
                parameter["required"] = True
    list_tags(document)
    wrap(document, wrappers)


def wrap(document: dict[str, Any], wrappers: Sequence[Any]) -> None:
    """Let a document say what middleware does to every answer, each in its own words."""
    for wrapper in reversed(wrappers):
        if hasattr(wrapper, "complete_openapi"):
            wrapper.complete_openapi(document)
    describing = [wrapper for wrapper in wrappers if hasattr(wrapper, "openapi_headers")]
    headers = documented(200, *describing)[200].get("headers", {})
    if headers:
        document.setdefault("components", {})["headers"] = headers
        references = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
        for response in responses_in(document):
            own = response.get("headers", {})
            response["headers"] = {**references, **own}
            if "Set-Cookie" in own and "Set-Cookie" in headers:
                cookies = merged(own["Set-Cookie"], headers["Set-Cookie"])
                response["headers"]["Set-Cookie"] = cookies


def describe_streams(document: dict[str, Any], version: str, *, may_be_newer: bool) -> None:
    """Describe the items of streams by the keyword of OpenAPI 3.2, where that may be used."""
    contents = [one.get("content", {}).values() for one in responses_in(document)]
    streams = [one for several in contents for one in several if "itemSchema" in one]
    if streams and may_be_newer:
        document["openapi"] = "3.2.0"
    elif version < "3.2":
        for content in streams:
            del content["itemSchema"]
            content["schema"] = STRING


def _never_null(schema: dict[str, Any]) -> dict[str, Any]:
    choices = [one for one in schema.get("anyOf", []) if one != {"type": "null"}]
    if len(choices) != 1:
        return {**schema, "anyOf": choices} if choices else schema
    return {**{key: value for key, value in schema.items() if key != "anyOf"}, **choices[0]}


def _one_line(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of one line, where an endpoint takes several lines of a header.

    OpenAPI would have a list as one line with commas, which FastAPI does not split.
    """
    if schema.get("type") != "array":
        return schema
    kept = {key: schema[key] for key in ("title", "description", "x-required") if key in schema}
    return {**schema["items"], **kept}


def _beside_no_reference(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the same schema with what `openapi_extra` adds to a model where generators read it.

    They leave out what stands beside `$ref`, which it may since OpenAPI 3.1.
    """
    if "$ref" not in schema or len(schema) == 1:
        return schema
    added = {key: value for key, value in schema.items() if key != "$ref"}
    return {"allOf": [{"$ref": schema["$ref"]}, added]}

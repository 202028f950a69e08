"""What an application or a router is made with means what it means to FastAPI.

What `Application.include_endpoints` makes of routers is compared with what plain FastAPI makes of
them with `include_router`: answers, document, events. The parameters of both constructors are read
from FastAPI, so that a new one fails until somebody has said here what shows that it arrives.
"""

import copy
import importlib
import inspect
import re
import sys
import warnings
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, WebSocket
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, PlainTextResponse
from fastapi.routing import APIRoute
from fastapi.sse import EventSourceResponse
from fastapi.testclient import TestClient
from opentelemetry.trace import INVALID_SPAN, NoOpTracer, Span, Tracer, TracerProvider
from pydantic import BaseModel
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.generated.project import generate

Seen = dict[str, Any]
TOO_OFTEN = "FastAPI has no parameter {}: take it out of `{}` in this file"
MISSING = (
    "FastAPI has a parameter {}: give it in `{}` in this file a value with which a request, the"
    " document or an event differs, and see that `include_endpoints` passes it on"
)


class Item(BaseModel):
    """A body whose two schemas differ: a number may be sent, and text is answered."""

    number: Decimal = Decimal(1)


class Marking:
    """Middleware that puts a header on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"].append((b"mark", b"1"))
            await send(message)

        await self.app(scope, receive, marked)


class MarkingRoute(APIRoute):
    """A route that puts a header on its answers."""

    def get_route_handler(self) -> Callable[..., Any]:
        """Return what answers."""
        handler = super().get_route_handler()

        async def marked(request: Any) -> Response:
            response = await handler(request)
            response.headers["mark"] = "1"
            return response

        return marked


class Spans(NoOpTracer, TracerProvider):
    """A tracer that notes the names of its spans."""

    def __init__(self, log: list[str]) -> None:
        self.log = log

    def get_tracer(self, *_: Any, **__: Any) -> Tracer:
        """Return the only tracer."""
        return self

    def start_span(self, name: str, *_: Any, **__: Any) -> Span:
        """Note the name."""
        self.log.append(name)
        return INVALID_SPAN


def log_in(connection: HTTPConnection) -> None:
    if "authorization" not in connection.headers:
        raise HTTPException(401, "Not logged in")


def named(route: APIRoute) -> str:
    return f"own-{route.name}"


async def refuse(_: Any, error: Exception) -> PlainTextResponse:
    return PlainTextResponse(f"mine: {type(error).__name__}", 418)


def lifespan(log: list[str]) -> Callable[[Any], Any]:
    @asynccontextmanager
    async def noted(_: Any) -> AsyncIterator[dict[str, str]]:
        log.append("begins")
        yield {"made": "here"}
        log.append("ends")

    return noted


def others() -> APIRouter:
    """Return a router for what is only described."""
    router = APIRouter()

    @router.post("{$callback_url}/done")
    def done(item: Item) -> None:
        """Be told."""

    return router


def shared_options(log: list[str]) -> dict[str, Any]:
    """Return another value than the default for what applications and routers both take."""
    return {
        "routes": [Route("/own", lambda _: PlainTextResponse("own"))],
        "dependencies": [Depends(log_in)],
        "default_response_class": HTMLResponse,
        "redirect_slashes": False,
        "on_startup": [lambda: log.append("startup")],
        "on_shutdown": [lambda: log.append("shutdown")],
        "lifespan": lifespan(log),
        "responses": {418: {"description": "A teapot"}},
        "callbacks": others().routes,
        "deprecated": True,
        "include_in_schema": False,
        "generate_unique_id_function": named,
        "strict_content_type": False,
        "max_body_size": 10,
        "form_limits": {"max_fields": 1},
    }


def application_options(log: list[str]) -> dict[str, Any]:
    """Return for each parameter of `FastAPI` another value than its default."""
    return shared_options(log) | {
        "telemetry": {"tracer_provider": Spans(log)},
        "debug": True,
        "title": "Own",
        "summary": "Own",
        "description": "Own",
        "version": "2",
        "openapi_url": "/elsewhere.json",
        "openapi_tags": [{"name": "own", "description": "Ours."}],
        "servers": [{"url": "https://own.example"}],
        "docs_url": "/elsewhere",
        "redoc_url": "/elsewhere",
        "swagger_ui_oauth2_redirect_url": "/elsewhere",
        "swagger_ui_init_oauth": {"clientId": "own"},
        "middleware": [Middleware(Marking)],
        "exception_handlers": {RequestValidationError: refuse, 404: refuse, Exception: refuse},
        "terms_of_service": "https://own.example/terms",
        "contact": {"name": "Own"},
        "license_info": {"name": "Own"},
        "root_path": "/own",
        "root_path_in_servers": False,
        "webhooks": others(),
        "swagger_ui_parameters": {"deepLinking": False},
        "separate_input_output_schemas": False,
        "openapi_external_docs": {"url": "https://own.example/docs"},
    }


def router_options(log: list[str]) -> dict[str, Any]:
    """Return for each parameter of `APIRouter` another value than its default."""
    return shared_options(log) | {
        "prefix": "/own",
        "tags": ["own"],
        "default": PlainTextResponse("own"),
        "dependency_overrides_provider": FastAPI(),
        "route_class": MarkingRoute,
    }


WITHOUT_EFFECT = {"redirect_slashes", "default", "dependency_overrides_provider"}
"""What FastAPI does not take from a router that is included."""


def endpoints(**options: Any) -> list[APIRouter]:
    """Return the routers of endpoints of every kind, each made with the same options."""
    routers = [APIRouter(**options) for _ in range(7)]
    reading, writing, form, rows, events, talk, failing = routers

    @reading.get("/items/{item_id}")
    async def get_item(item_id: int) -> Item:
        return Item(number=Decimal(item_id))

    @writing.post("/items")
    async def post_item(item: Item) -> Item:
        return item

    @form.get("/form")
    async def get_form_limits(request: Request) -> Any:
        # Forms are parsed by python-multipart, which nothing here needs otherwise.
        return request.scope.get("fastapi", {}).get("form_limits")

    @rows.get("/rows")
    async def get_rows() -> AsyncIterable[Item]:
        yield Item()

    @events.get("/events", response_class=EventSourceResponse)
    async def get_events() -> AsyncIterable[Item]:
        yield Item()

    @talk.websocket("/talk")
    async def hold_talk(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text(websocket.scope["state"].get("made", "nothing"))
        await websocket.close()

    @failing.get("/failing")
    async def fail() -> None:
        raise RuntimeError

    return routers


REQUESTS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/items/1", {}),
    ("GET", "/items/1/", {}),
    ("GET", "/items/one", {}),
    ("GET", "/missing", {}),
    ("PUT", "/items", {}),
    ("POST", "/items", {"json": {"number": 2}}),
    ("POST", "/items", {"content": b'{"number": 2}'}),
    *(
        ("GET", path, {})
        for path in ("/form", "/rows", "/events", "/failing", "/own", "/own/items/1")
    ),
    *(("GET", path, {}) for path in ("/docs", "/redoc", "/docs/oauth2-redirect", "/openapi.json")),
    *(("GET", path, {}) for path in ("/elsewhere", "/elsewhere.json")),
]


def observed(app: FastAPI, log: list[str]) -> Seen:
    """Return what an application answers, and what it says and does besides."""
    seen: Seen = {"document": without_additions(app.openapi())}
    # As behind a proxy that has taken a prefix off.
    with TestClient(
        app, root_path="/prefix", follow_redirects=False, raise_server_exceptions=False
    ) as client:
        for number, (method, path, content) in enumerate(REQUESTS):
            response = client.request(method, path, **content)
            body: Any = response.text
            if path.endswith(".json") and response.status_code == 200:
                body = without_additions(response.json())
            elif response.status_code == 422:
                body = [sorted(error.items()) for error in without_input(response.json())]
            elif "Traceback" in body:
                body = "Traceback"
            headers = {**response.headers}
            if "location" in headers:  # FastAPI leaves the prefix out, `Application` does not
                place = headers["location"]
                headers["location"] = re.sub(r"//testserver(/prefix|/own)?", "", place)
            if body != response.text:
                del headers["content-length"]
            seen[f"{number}: {method} {path}"] = (response.status_code, headers, body)
        for path in ("/talk", "/own/talk"):
            try:
                with client.websocket_connect(path) as socket:
                    seen[path] = socket.receive_text()
            except Exception as refused:
                seen[path] = repr(refused)
    return seen | {"log": sorted({*log})}


def without_input(problem: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what is wrong without what was sent, which `Application` does not repeat."""
    for error in problem["detail"]:
        yield {name: error[name] for name in ("loc", "msg", "type")}


def without_additions(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document without what `Application` says of bodies, streams and tags."""
    document = copy.deepcopy(document) | {"openapi": "3"}
    document["tags"] = [tag for tag in document.get("tags", []) if tag.keys() != {"name"}]
    document.get("components", {}).get("schemas", {}).pop("Problem", None)
    for path in document["paths"].values():
        for operation in path.values():
            for status in ("400", "413"):
                operation["responses"].pop(status, None)
    return document


def called(route: APIRoute) -> str:
    return route.name


def plain(options: dict[str, Any], routers: Iterable[APIRouter]) -> FastAPI:
    """Return FastAPI's own application, whose operations are called as their endpoints."""
    app = FastAPI(**{"generate_unique_id_function": called, **options})
    for router in routers:
        app.include_router(router)
    return app


@pytest.fixture(scope="module")
def make(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[dict[str, Any], Iterable[APIRouter]], FastAPI]]:
    """Return what makes the application of a project with all that wraps applications."""
    before = {*sys.modules}
    spec = {"name": "seen", "method": "GET", "path": "/seen", "cookies": ["cookie-set"]}
    endpoints = [{**spec, "response": "json-model"}]
    project = generate(tmp_path_factory.mktemp("options") / "service", endpoints=endpoints)
    sys.path.insert(0, str(project.folder))
    application = importlib.import_module("app.http.application").Application
    sys.path.remove(str(project.folder))

    def generated(options: dict[str, Any], routers: Iterable[APIRouter]) -> FastAPI:
        app: FastAPI = application(**options)
        app.include_endpoints(routers)  # type: ignore[attr-defined]
        return app

    yield generated
    for name in {*sys.modules} - before:
        if name.partition(".")[0] == "app":
            del sys.modules[name]


def both(
    make: Callable[..., FastAPI], options: Callable[[list[str]], dict[str, Any]], *, routers: bool
) -> tuple[Seen, Seen]:
    """Return what FastAPI's application and ours do with the same options."""
    seen = []
    for maker in (plain, make):
        log: list[str] = []
        given = options(log)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="The `root_path` parameter is deprecated")
            warnings.filterwarnings("ignore", message="Duplicate Operation ID done")
            app = maker({}, endpoints(**given)) if routers else maker(given, endpoints())
            seen.append(observed(app, log))
    return seen[0], seen[1]


@pytest.fixture(scope="module")
def default(make: Callable[..., FastAPI]) -> Seen:
    """Return what both do without any option, which is the same."""
    theirs, ours = both(make, lambda _: {}, routers=False)
    assert ours == theirs
    return theirs


def keywords(constructor: type) -> set[str]:
    """Return the names of a constructor's parameters."""
    parameters = inspect.signature(constructor).parameters.values()
    return {one.name for one in parameters if one.kind is one.KEYWORD_ONLY}


@pytest.mark.parametrize("options", [application_options, router_options])
def test_every_parameter_is_compared(options: Callable[[list[str]], dict[str, Any]]) -> None:
    constructor = FastAPI if options is application_options else APIRouter
    given, taken = {*options([])}, keywords(constructor)
    assert taken - given == set(), MISSING.format(sorted(taken - given), options.__name__)
    assert given - taken == set(), TOO_OFTEN.format(sorted(given - taken), options.__name__)


@pytest.mark.parametrize("name", sorted(application_options([])))
def test_an_option_of_the_application(
    make: Callable[..., FastAPI], default: Seen, name: str
) -> None:
    theirs, ours = both(make, lambda log: {name: application_options(log)[name]}, routers=False)
    assert theirs != default, f"no request shows what {name} does"
    assert ours == theirs


@pytest.mark.parametrize("name", sorted(router_options([])))
def test_an_option_of_a_router(make: Callable[..., FastAPI], default: Seen, name: str) -> None:
    theirs, ours = both(make, lambda log: {name: router_options(log)[name]}, routers=True)
    assert (theirs != default) is (name not in WITHOUT_EFFECT)
    assert ours == theirs

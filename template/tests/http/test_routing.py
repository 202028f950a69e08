"""`app.http.routing`: included endpoints are found as FastAPI finds them, and at once."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI, Request, WebSocket
from fastapi.responses import PlainTextResponse
from fastapi.testclient import TestClient
from starlette.routing import Match, Mount
from starlette.types import Scope

from app.http.application import Application
from app.http.routing import Resource, in_turn, resources


def answering(path: str, text: str, *methods: str, **options: Any) -> APIRouter:
    """Return the router of an endpoint that answers with a text."""
    router = APIRouter(**options)

    async def answer() -> str:
        return text

    router.add_api_route(path, answer, methods=[*methods] or None, name=text)
    return router


def application(*routers: APIRouter) -> TestClient:
    """Return a client of an application with these endpoints."""
    app = Application()
    app.include_endpoints(routers)
    return TestClient(app)


@pytest.mark.parametrize(
    ("method", "path", "answer"),
    [
        ("GET", "/posts", "list"),
        ("POST", "/posts", "create"),
        ("GET", "/posts/latest", "latest"),
        ("GET", "/posts/7", "one"),
        ("GET", "/posts.csv", "table"),
        ("GET", "/users/7", "user"),
        ("GET", "/anything/else", "rest"),
    ],
)
def test_the_first_route_that_matches_answers(method: str, path: str, answer: str) -> None:
    """In the order of the routers, also where others begin alike."""
    client = application(
        answering("/posts", "list"),
        answering("/posts", "create", "POST"),
        answering("/users/{user_id}", "user"),
        answering("/posts.csv", "table"),
        answering("/posts/latest", "latest"),
        answering("/posts/{post_id}", "one"),
        answering("/posts/7", "never"),
        answering("/{path:path}", "rest"),
    )
    assert client.request(method, path).json() == answer


def test_other_methods_and_paths_are_refused() -> None:
    """A method of another route to the path is 405, and a slash too many leads to the path."""
    client = application(answering("/posts", "list"), answering("/posts", "create", "POST"))
    refused = client.put("/posts")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, POST")
    assert client.get("/post").status_code == 404
    moved = client.get("/posts/", follow_redirects=False)
    assert (moved.status_code, moved.headers["location"]) == (307, "http://testserver/posts")


@pytest.mark.parametrize("path", ["/posts/7", "/api/posts/7"])
def test_prefixes_that_a_proxy_takes_off(path: str) -> None:
    """Whether the server leaves the prefix in the path, as ASGI has it, or not."""
    app = Application()
    app.include_endpoints([answering("/posts/{post_id}", "one")])
    assert TestClient(app, root_path="/api").get(path).json() == "one"


def test_routes_of_other_kinds() -> None:
    """A router within a router, what is mounted, and WebSockets."""
    outer = APIRouter()
    outer.include_router(answering("/inner", "inner"), prefix="/outer")
    outer.routes.append(Mount("/mounted", PlainTextResponse("mounted")))

    @outer.websocket("/talk")
    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text("hello")

    client = application(outer)
    assert client.get("/outer/inner").json() == "inner"
    assert client.get("/mounted/anything").text == "mounted"
    with client.websocket_connect("/talk") as connection:
        assert connection.receive_text() == "hello"


def test_paths_that_begin_alike_are_one_resource() -> None:
    """Without a change of order; and no path is left out."""
    paths = ["/a", "/a/b", "/a/{c}", "/ab", "/{a}", "/{a}/b", "/a/d", "/x{y}", ""]
    routers = [answering("", path, prefix=path) for path in paths]
    found = [*resources(routers)]
    assert [(one.beginning, len(one.routes)) for one in found] == [
        ("/a", 3),
        ("/ab", 1),
        ("/", 2),
        ("/a", 1),
        ("/x", 1),
        ("", 1),
    ]
    assert [getattr(route, "path", "") for one in found for route in one.routes] == paths


def test_limits_of_forms_are_those_of_their_router() -> None:
    """Those of a router beside it have none."""
    one = APIRouter(form_limits={"max_fields": 1})
    other = APIRouter()
    for router in (one, other):
        router.add_api_route("/form", test_limits_of_forms_are_those_of_their_router)
    assert [resource.form_limits for resource in resources([one, other])] == [
        {"max_fields": 1},
        {},
    ]


def test_a_resource_is_passed_by_at_once() -> None:
    """None of its routes is asked about a path that begins otherwise."""

    class Untouchable(Mount):
        def matches(self, scope: Scope) -> tuple[Match, Scope]:
            """Fail."""
            raise AssertionError(scope["path"])

    resource = Resource("/posts")
    resource.routes.append(Untouchable("/posts", PlainTextResponse("never")))
    app = FastAPI()
    app.include_router(resource)
    assert TestClient(app).get("/users/1").status_code == 404
    with pytest.raises(AssertionError, match="/posts/1"):
        TestClient(app).get("/posts/1")


def noting(log: list[str], name: str, **state: str) -> Callable[[Any], Any]:
    """Return a lifespan that notes when it begins and ends."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, str] | None]:
        log.append(f"{name} begins")
        yield state or None
        log.append(f"{name} ends")

    return lifespan


def test_lifespans_run_in_turn() -> None:
    """That of the application around all others, whose state it may overrule."""
    log: list[str] = []
    first = answering("/first", "first", lifespan=noting(log, "first", a="1", b="1"))

    @first.get("/state")
    async def state(request: Request) -> dict[str, str]:
        return {name: request.scope["state"][name] for name in "abc"}

    app = Application(lifespan=noting(log, "whole", a="0"))
    app.include_endpoints([first, answering("/x", "x", lifespan=noting(log, "x", b="2", c="2"))])
    with TestClient(app) as client:
        assert client.get("/state").json() == {"a": "0", "b": "1", "c": "2"}
        assert log == ["whole begins", "first begins", "x begins"]
    assert log[3:] == ["x ends", "first ends", "whole ends"]


def test_servers_without_state_are_served() -> None:
    """Where no lifespan leaves any, none is asked of the server (ASGI's lifespan protocol)."""
    log: list[str] = []
    app = FastAPI(lifespan=in_turn([noting(log, "one"), noting(log, "two")]))
    with TestClient(app):
        assert log == ["one begins", "two begins"]


def test_a_thousand_endpoints_start() -> None:
    """As many resources as a large service has are no deep recursion at start-up."""
    app = Application()
    app.include_endpoints(answering(f"/posts-{number}", "post") for number in range(1_000))
    with TestClient(app) as client:
        assert client.get("/posts-999").json() == "post"

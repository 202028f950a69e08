"""`app.http.root_path`: what names a path to a client begins with what a proxy takes off."""

from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from fastapi import APIRouter, FastAPI, Request, Response, WebSocket
from fastapi.responses import PlainTextResponse, StreamingResponse
from fastapi.testclient import TestClient
from httpx2 import ASGITransport, AsyncClient
from starlette.types import Receive, Scope, Send

from app.http.application import Application
from app.http.root_path import RootPath, has_root_path, with_root_path

Value = TypeVar("Value")
PLACE = "/posts/1?page=2#top"


def below(root_path: str, call: Callable[[], Value]) -> Value:
    """Return what a function gives in a request behind a proxy that takes a prefix off."""
    given: list[Value] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        given.append(call())
        await PlainTextResponse()(scope, receive, send)

    TestClient(RootPath(app), root_path=root_path).get("/")
    return given[0]


def create_app(**options: Any) -> Application:
    """Return an application that says of what its addresses consist."""
    router = APIRouter()

    @router.get("/posts")
    async def posts(request: Request) -> list[str]:
        return [with_root_path(PLACE), request.url.path, request.url_for("posts").path]

    @router.get("/thread")
    def thread() -> str:
        return with_root_path(PLACE)

    @router.get("/stream")
    async def stream() -> Response:
        return StreamingResponse(with_root_path(PLACE) for _ in range(1))

    @router.websocket("/talk")
    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text(with_root_path(PLACE))

    app = Application(**options)
    app.include_endpoints([router])
    return app


class LeftOut:
    """A server that gives the path as the proxy sends it, without the prefix."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        await self.app({**scope, "root_path": "/api"}, receive, send)


class PutIn(LeftOut):
    """A server that puts the prefix in front, as uvicorn does."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        await super().__call__({**scope, "path": f"/api{scope['path']}"}, receive, send)


def by_constructor(_: FastAPI) -> FastAPI:
    """Return an application that was told the prefix itself."""
    with pytest.warns(match="`root_path` parameter is deprecated"):
        return create_app(root_path="/api")


def mounted(app: FastAPI) -> FastAPI:
    """Return an application that is mounted in another one."""
    outer = FastAPI()
    outer.mount("/api", app)
    return outer


@pytest.fixture(params=[LeftOut, PutIn, by_constructor])
def client(request: pytest.FixtureRequest) -> TestClient:
    """Return the client of an application behind a proxy that takes `/api` off."""
    behind: Callable[[FastAPI], FastAPI] = request.param
    return TestClient(behind(create_app()))


def test_addresses_begin_with_the_prefix(client: TestClient) -> None:
    """Once, however the server hands the path over."""
    assert client.get("/posts").json() == [f"/api{PLACE}", "/api/posts", "/api/posts"]
    assert client.get("/thread").json() == f"/api{PLACE}"
    assert client.get("/stream").text == f"/api{PLACE}"
    with client.websocket_connect("/talk") as connection:
        assert connection.receive_text() == f"/api{PLACE}"


def test_a_slash_too_many(client: TestClient) -> None:
    """The redirect of FastAPI itself leads to the path below the prefix."""
    response = client.get("/posts/?page=2", follow_redirects=False)
    assert response.headers["location"] == "http://testserver/api/posts?page=2"


def test_documentation_finds_its_document(client: TestClient) -> None:
    """Swagger UI loads it, and sends its requests, where the proxy is."""
    assert "url: '/api/openapi.json'" in client.get("/docs").text
    assert client.get("/openapi.json").json()["servers"] == [{"url": "/api"}]


def test_in_another_application() -> None:
    """What a service is mounted below is a prefix as well."""
    client = TestClient(mounted(create_app()))
    assert client.get("/api/posts").json() == [f"/api{PLACE}", "/api/posts", "/api/posts"]


def test_without_a_prefix() -> None:
    """Addresses are what they are."""
    assert TestClient(create_app()).get("/posts").json() == [PLACE, "/posts", "/posts"]
    assert with_root_path("/a") == "/a"


def test_a_request_within_another_one() -> None:
    """Each has its own prefix, or none."""
    inner = AsyncClient(transport=ASGITransport(create_app()), base_url="http://testserver")
    app = create_app()

    @app.get("/asks")
    async def asks() -> list[str]:
        answer = await inner.get("/thread")
        return [answer.json(), with_root_path("/a")]

    assert TestClient(PutIn(app)).get("/asks").json() == [PLACE, "/api/a"]


@pytest.mark.parametrize(
    ("prefix", "reference", "sent"),
    [
        ("/api", "/", "/api/"),
        ("/api", "/api", "/api/api"),
        ("/api", "/api/posts", "/api/api/posts"),
        ("/api", "?page=2", "?page=2"),
        ("/api", "posts", "posts"),
        ("/api", "", ""),
        ("/api", "//other.example/a", "//other.example/a"),
        ("/api", "https://other.example/a", "https://other.example/a"),
        ("/api", "mailto:ana@example.com", "mailto:ana@example.com"),
        ("/api/", "/a", "/api/a"),
        ("/api/v1", "/a", "/api/v1/a"),
        ("/X", "/a", "/X/a"),
        ("/my api/ü;=~", "/a", "/my%20api/%C3%BC;=~/a"),
        ("/a?b#c", "/a", "/a%3Fb%23c/a"),
        ("", "/a", "/a"),
    ],
)
def test_paths_of_the_service(prefix: str, reference: str, sent: str) -> None:
    """Only they get the prefix, as it stands in an address (RFC 3986, section 2.1)."""
    assert below(prefix, lambda: with_root_path(reference)) == sent


@pytest.mark.parametrize(
    ("prefix", "reference", "has"),
    [
        ("/api", "/api", True),
        ("/api", "/api/posts", True),
        ("/api", "/api?a=/", True),
        ("/api", "/api#a", True),
        ("/api", "/apis", False),
        ("/api", "/posts?next=/api/", False),
        ("/api", "/", False),
        ("", "/posts", True),
    ],
)
def test_paths_that_clients_see(prefix: str, reference: str, has: bool) -> None:
    """They begin with the prefix, and with all of its last part."""
    assert below(prefix, lambda: has_root_path(reference)) is has


def test_lifespan_passes() -> None:
    """It belongs to no request."""
    with TestClient(create_app()) as client:
        assert client.get("/thread").json() == PLACE

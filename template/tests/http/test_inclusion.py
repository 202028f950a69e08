"""`app.http.inclusion`: an application gets endpoints, and stays what it is."""

from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Body, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from pydantic import BaseModel
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http import inclusion
from app.http.application import MAX_BODY_SIZE, Answered
from app.http.inclusion import include
from app.http.openapi import documented_error, header
from app.http.wrappers import INSIDE
from app.settings import Settings, UnusableSettingsError
from tests.wire import handshake


class Included(Settings):
    """Settings that may be wrong."""

    included_number: int = 1


class Item(BaseModel):
    """What is streamed."""

    id: int


class Named:
    """Middleware that says on each answer where it is."""

    def __init__(self, app: ASGIApp, *, name: str) -> None:
        self.app, self.name = app, name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI 3.0)."""

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("Around", self.name)
            await send(message)

        await self.app(scope, receive, send_named)

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the header."""
        return {f"Around-{self.name}": header("Always.")}


def create_app(**options: Any) -> FastAPI:
    """Return an application with one endpoint of its own, and others that came."""
    app = FastAPI(**options)
    router = APIRouter(lifespan=noted("router"))

    @app.post("/own")
    async def own(number: Annotated[int, Body(embed=True)]) -> int:
        return number

    @router.post("/given")
    async def given(number: Annotated[int, Body(embed=True)]) -> int:
        return number

    @router.get("/early", responses=documented_error(404, "There is none"))
    async def early() -> None:
        raise Answered(Response(status_code=204))

    @router.websocket("/talk/{number}")
    async def talk(number: int) -> None: ...

    @router.get("/lines")
    async def lines() -> AsyncIterable[Item]:
        yield Item(id=1)

    routers = (one for one in [router])
    include(app, routers, outermost=[Middleware(Named, name="outer"), Middleware(Named, name="in")])
    return app


events: list[str] = []


def noted(name: str) -> Any:
    """Return a lifespan that notes its beginning and its end."""

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        events.append(f"begin {name}")
        yield
        events.append(f"end {name}")

    return lifespan


def detail(app: FastAPI, path: str) -> Any:
    """Return what is said of a body that is not valid."""
    return TestClient(app).post(path, json={"number": "s3cret"}).json()["detail"][0]


def test_errors_of_the_endpoints() -> None:
    """A body is not repeated, and an answer may come early; what was there is as it was."""
    app = create_app()
    assert set(detail(app, "/given")) == {"loc", "msg", "type"}
    assert detail(app, "/own")["input"] == "s3cret"
    assert TestClient(app).get("/early").status_code == 204
    (error,) = handshake(TestClient(app), "/talk/s3cret").json()["detail"]
    assert set(error) == {"loc", "msg", "type"}


def test_own_handlers_stay() -> None:
    """Whoever has one wants it everywhere."""

    async def handle(_: Request, error: Exception) -> Response:
        return PlainTextResponse(type(error).__name__, 418)

    client = TestClient(create_app(exception_handlers={RequestValidationError: handle}))
    assert client.post("/given", json={}).text == "RequestValidationError"
    client = TestClient(create_app(exception_handlers={Answered: handle}))
    assert client.get("/early").text == "Answered"


@pytest.mark.parametrize(("options", "limit"), [({}, MAX_BODY_SIZE), ({"max_body_size": 99}, 99)])
def test_bodies_are_limited(options: dict[str, Any], limit: int) -> None:
    """As the application says; without a word from it, those of the endpoints alone."""
    client = TestClient(create_app(**options))
    sizes = {size: client.post("/given", content=b"0" * size).status_code for size in (limit, 0)}
    assert sizes == {limit: 422, 0: 422}
    assert client.post("/given", content=b"0" * (limit + 1)).status_code == 413
    own = client.post("/own", content=b"0" * (limit + 1)).status_code
    assert own == (413 if options else 422)


def test_names_of_operations() -> None:
    """Those of the endpoints, unless the application has other ones."""
    paths = create_app().openapi()["paths"]
    assert paths["/given"]["post"]["operationId"] == "given"
    assert paths["/own"]["post"]["operationId"] == "own_own_post"

    def numbered(route: APIRoute) -> str:
        return f"n-{route.name}"

    paths = create_app(generate_unique_id_function=numbered).openapi()["paths"]
    assert paths["/given"]["post"]["operationId"] == "n-given"


def test_lifespans(monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the application is around the others, and nothing begins with wrong settings."""
    events.clear()
    app = create_app(lifespan=noted("app"))
    with TestClient(app):
        assert events == ["begin app", "begin router"]
    assert events[2:] == ["end router", "end app"]
    monkeypatch.setenv("APP_INCLUDED_NUMBER", "many")
    with pytest.raises(UnusableSettingsError), TestClient(app):
        pass
    assert len(events) == 4


def test_middleware(monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the application is around everything, that of the toolkit around the endpoints."""
    inner = Middleware(Named, name="toolkit")
    monkeypatch.setattr(inclusion, "INSIDE", [*INSIDE, inner])
    app = create_app()
    sent = {
        path: TestClient(app).post(path).headers.get_list("around") for path in ("/own", "/given")
    }
    assert sent == {"/own": ["in", "outer"], "/given": ["toolkit", "in", "outer"]}
    paths = app.openapi()["paths"]
    described = {path: paths[path]["post"]["responses"]["200"]["headers"] for path in sent}
    assert set(described["/own"]) == {"Around-outer", "Around-in"}
    assert set(described["/given"]) >= {"Around-outer", "Around-in", "Around-toolkit"}


def test_without_middleware(monkeypatch: pytest.MonkeyPatch) -> None:
    """The application builds its own stack, where there are no settings either."""
    monkeypatch.setattr(inclusion, "START", [])
    app = FastAPI()
    include(app, [])
    assert "build_middleware_stack" not in vars(app)


def test_document() -> None:
    """What FastAPI leaves out is said of the endpoints, and of nothing else."""
    app = create_app()
    document = app.openapi()
    paths = document["paths"]
    assert set(paths["/own"]["post"]["responses"]) == {"200", "422"}
    assert set(paths["/given"]["post"]["responses"]) == {"200", "400", "413", "422"}
    missing = paths["/early"]["get"]["responses"]["404"]["content"]["application/json"]
    assert missing["schema"] == {"$ref": "#/components/schemas/Problem"}
    assert app.openapi() is document
    [described] = paths["/given"]["post"]["responses"]["413"]["content"].values()
    assert described["schema"] == {"type": "string"}


@pytest.mark.parametrize(("version", "written"), [("3.1.0", "3.2.0"), ("3.1.1", "3.1.1")])
def test_version_of_the_document(version: str, written: str) -> None:
    """A stream needs a newer one, which an application that asks for another one does not get."""
    app = create_app()
    app.openapi_version = version
    document = app.openapi()
    content = document["paths"]["/lines"]["get"]["responses"]["200"]["content"]
    assert document["openapi"] == written
    assert ["itemSchema" in one for one in content.values()] == [written == "3.2.0"]

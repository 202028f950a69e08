"""`app.http.application`: what is outermost reaches every answer, and the document."""

from collections.abc import AsyncIterable
from typing import Annotated, Any

import pytest
from fastapi import (
    APIRouter,
    Body,
    Cookie,
    Depends,
    FastAPI,
    Header,
    HTTPException,
    Query,
    Request,
    Response,
    WebSocket,
)
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from fastapi.testclient import TestClient
from openapi_spec_validator import validate
from pydantic import BaseModel
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.testclient import WebSocketDenialResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.application import Answered, Application
from app.http.openapi import (
    NEEDED,
    PROBLEM,
    HeaderDescription,
    documented,
    documented_error,
    header,
)
from tests.wire import undocumented

JSON = "application/json"
PROBLEM_REFERENCE = {"$ref": "#/components/schemas/Problem"}


class Mark:
    """Middleware that appends its mark to a header."""

    def __init__(self, app: ASGIApp, mark: str, *, name: str = "Marks") -> None:
        self.app, self.mark, self.name = app, mark, name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers[self.name] = headers.get(self.name, "") + self.mark
            await send(message)

        await self.app(scope, receive, marked)


class DescribedMark(Mark):
    """The same, described."""

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the header."""
        return {self.name: header(f"Contains {self.mark}.")}


def create_app(*outermost: Middleware) -> Application:
    """Return an application whose endpoints succeed, fail, and set a header themselves."""
    app = Application(outermost=outermost)
    own_headers = (HeaderDescription("Own", "Why."), HeaderDescription("Marks", "Own."))

    @app.get("/")
    async def root() -> None:
        """Answer without headers."""

    @app.get("/own", responses=documented(200, *own_headers))
    async def own(number: int) -> int:
        return number

    @app.get("/failing")
    async def failing() -> None:
        raise RuntimeError("unhandled")

    @app.websocket("/socket")
    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text("hello")

    return app


@pytest.mark.parametrize("path", ["/dependency", "/endpoint"])
def test_request_ends_with_the_answer(path: str) -> None:
    """Whoever raises it; with each of its headers, and nothing else."""
    app = Application()

    async def end(response: Response) -> None:
        response.headers["Other"] = "dropped"
        answer = Response(status_code=304, headers={"ETag": '"1"', "Cache-Control": "no-store"})
        answer.set_cookie("a", "1")
        answer.set_cookie("b", "2")
        raise Answered(answer)

    @app.get("/dependency", dependencies=[Depends(end)])
    async def dependency() -> None:
        raise RuntimeError

    app.add_api_route("/endpoint", end)
    response = TestClient(app).get(path)
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers.multi_items() == [
        ("etag", '"1"'),
        ("cache-control", "no-store"),
        ("set-cookie", "a=1; Path=/; SameSite=lax"),
        ("set-cookie", "b=2; Path=/; SameSite=lax"),
    ]


def test_other_applications_show_the_status() -> None:
    """Where nobody handles it, the exception says what it would have answered."""
    app = FastAPI()

    async def end() -> None:
        raise Answered(Response(status_code=304))

    app.add_api_route("/", end)
    with pytest.raises(Answered, match=r"^304$"):
        TestClient(app).get("/")


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/missing", 404), ("/failing", 500)])
def test_outermost_reaches_every_answer(path: str, status: int) -> None:
    """The answer to an unhandled error included; the first one listed has the last word."""
    app = create_app(Middleware(Mark, "a"), Middleware(Mark, mark="b", name="Marks"))
    response = TestClient(app, raise_server_exceptions=False).get(path)
    assert response.status_code == status
    assert response.headers["marks"] == "ba"


def test_other_middleware_is_inside() -> None:
    """`add_middleware` still works, and misses the unhandled error."""
    app = create_app(Middleware(Mark, "a"))
    app.add_middleware(Mark, "b")
    client = TestClient(app, raise_server_exceptions=False)
    assert client.get("/").headers["marks"] == "ba"
    assert client.get("/failing").headers["marks"] == "a"


def test_unhandled_errors_stay_visible() -> None:
    """For servers, which log them, and for tests."""
    client = TestClient(create_app(Middleware(Mark, "a")))
    with pytest.raises(RuntimeError, match="unhandled"):
        client.get("/failing")


def test_websockets_pass() -> None:
    """Through all middleware."""
    client = TestClient(create_app(Middleware(Mark, "a")))
    with client.websocket_connect("/socket") as connection:
        assert connection.receive_text() == "hello"


def test_headers_are_documented_on_every_answer() -> None:
    """By reference; what an endpoint says itself goes first."""
    app = create_app(
        Middleware(DescribedMark, "a"),
        Middleware(DescribedMark, mark="b", name="More"),
        Middleware(Mark, "c"),
    )
    document = app.openapi()
    validate(document)
    assert document["components"]["headers"] == {
        "Marks": {
            "description": "Contains a.",
            "required": True,
            "schema": {"type": "string"},
        },
        "More": {
            "description": "Contains b.",
            "required": True,
            "schema": {"type": "string"},
        },
    }
    marks = {"$ref": "#/components/headers/Marks"}
    more = {"$ref": "#/components/headers/More"}
    root, own = (document["paths"][path]["get"]["responses"] for path in ("/", "/own"))
    assert root["200"]["headers"] == {"Marks": marks, "More": more}
    assert own["422"]["headers"] == {"Marks": marks, "More": more}
    assert list(own["200"]["headers"]) == ["Marks", "More", "Own"]
    assert own["200"]["headers"]["Marks"]["description"] == "Own."


def test_document_without_schemas_is_completed() -> None:
    """Not even one endpoint with parameters is needed."""
    app = Application(title="Small", outermost=[Middleware(DescribedMark, "a")])

    @app.get("/")
    async def root() -> None:
        """Answer without headers."""

    assert app.openapi()["info"]["title"] == "Small"
    assert list(app.openapi()["components"]) == ["headers"]


def test_document_is_served() -> None:
    """The same as from `openapi`, however often it is asked for; and it is the truth."""
    app = create_app(Middleware(DescribedMark, "a"))
    client = TestClient(app)
    assert client.get("/openapi.json").json() == app.openapi()
    assert client.get("/openapi.json").json() == app.openapi()
    assert undocumented(client.get("/"), app.openapi()) == []


def test_document_follows_later_routes() -> None:
    """A route that is added after the first look."""
    app = create_app(Middleware(DescribedMark, "a"))
    app.openapi()

    @app.get("/later")
    async def later() -> None:
        """Answer without headers."""

    headers = app.openapi()["paths"]["/later"]["get"]["responses"]["200"]["headers"]
    assert headers == {"Marks": {"$ref": "#/components/headers/Marks"}}


def test_document_without_middleware_is_unchanged() -> None:
    """Nothing is said about headers that nobody sends."""
    document = create_app().openapi()
    assert "headers" not in document.get("components", {})
    assert "headers" not in document["paths"]["/"]["get"]["responses"]["200"]
    assert document == create_app(Middleware(Mark, "a")).openapi()


def test_invalid_request_does_not_repeat_what_was_sent() -> None:
    """A password in a body that lacks something else stays out of the answer, and of logs."""
    app = Application()

    @app.post("/login")
    async def login(name: Annotated[str, Body()], password: Annotated[str, Body()]) -> str:
        return name

    response = TestClient(app).post("/login", json={"password": "correct horse"})
    assert response.status_code == 422
    assert response.json() == {
        "detail": [{"loc": ["body", "name"], "msg": "Field required", "type": "missing"}]
    }


def test_invalid_parameter_is_told_once() -> None:
    """Also where a dependency takes it as the endpoint does."""
    app = Application()

    async def check(number: int) -> None:
        """Look at the number first."""

    @app.get("/", dependencies=[Depends(check)])
    async def root(number: int) -> None:
        """Take the number."""

    detail = TestClient(app).get("/?number=x").json()["detail"]
    assert [one["loc"] for one in detail] == [["query", "number"]]


def test_body_that_is_no_text() -> None:
    """FastAPI refuses it with another status than JSON that does not fit; both are documented."""
    app = create_app(Middleware(DescribedMark, "a"))

    @app.post("/own")
    async def replace(number: Annotated[int, Body()]) -> int:
        return number

    response = TestClient(app).post("/own", content=b'"\xff"', headers={"Content-Type": JSON})
    assert (response.status_code, response.headers["content-type"]) == (400, JSON)
    responses = app.openapi()["paths"]["/own"]["post"]["responses"]
    assert responses["400"]["description"] == "The body is not UTF-8"
    assert responses["400"]["content"] == {JSON: {"schema": PROBLEM_REFERENCE}}
    assert app.openapi()["components"]["schemas"]["Problem"] == PROBLEM
    assert list(responses["400"]["headers"]) == ["Marks"]
    assert "400" not in app.openapi()["paths"]["/own"]["get"]["responses"]
    validate(app.openapi())


def test_body_that_is_too_large() -> None:
    """It is refused, as the document says where there is a body."""
    app = Application(max_body_size=10)

    @app.post("/")
    async def post(text: Annotated[str, Body()]) -> str:
        return text

    @app.get("/")
    async def get() -> None:
        """Take no body."""

    client, document = TestClient(app), app.openapi()
    assert client.post("/", json="12345678").status_code == 200
    response = client.post("/", json="123456789")
    assert (response.status_code, response.text) == (413, "Content Too Large")
    assert undocumented(response, document) == []
    described = document["paths"]["/"]
    assert described["post"]["responses"]["413"]["description"] == "The body is too large"
    assert "413" not in described["get"]["responses"]
    validate(document)
    assert Application().max_body_size == 1_048_576


def test_body_without_a_limit() -> None:
    """A document without a 413, for a proxy that has one of its own."""
    app = Application(max_body_size=None)

    @app.post("/")
    async def post(text: Annotated[str, Body()]) -> int:
        return len(text)

    assert TestClient(app).post("/", json="a" * 2**20).json() == 2**20
    assert "413" not in app.openapi()["paths"]["/"]["post"]["responses"]


def test_document_keeps_what_an_endpoint_says_of_400() -> None:
    """Its own description goes first."""
    app = Application()

    @app.post("/", responses=documented(400, description="Own"))
    async def post(number: Annotated[int, Body()]) -> int:
        return number

    assert app.openapi()["paths"]["/"]["post"]["responses"]["400"] == {"description": "Own"}


def test_parameters_are_never_null_in_the_document() -> None:
    """On the wire they are text: `null` would be the word."""
    app = Application()

    @app.get("/")
    async def get(
        one: Annotated[str | None, Header(max_length=3)] = None,
        two: int | str | None = None,
        three: int = 1,
        four: Annotated[int | None, Cookie()] = None,
    ) -> None:
        """Answer with nothing."""

    parameters = app.openapi()["paths"]["/"]["get"]["parameters"]
    assert {one["name"]: one["schema"] for one in parameters} == {
        "one": {"title": "One", "type": "string", "maxLength": 3},
        "two": {"title": "Two", "anyOf": [{"type": "integer"}, {"type": "string"}]},
        "three": {"title": "Three", "type": "integer", "default": 1},
        "four": {"title": "Four", "type": "integer"},
    }


def test_header_is_one_line_in_the_document() -> None:
    """An endpoint that joins several takes one as well, and OpenAPI's commas are not split."""
    app = Application()
    once = {"x-required": True}

    @app.get("/")
    async def get(
        any_of: Annotated[list[str] | None, Header()] = None,
        needed: Annotated[list[str] | None, Header(json_schema_extra=once, min_length=1)] = None,
        numbers: Annotated[list[int] | None, Query()] = None,
    ) -> list[str]:
        return [*(any_of or ()), *(needed or ())]

    numbers, any_of, needed = app.openapi()["paths"]["/"]["get"]["parameters"]
    assert any_of["schema"] == {"type": "string", "title": "Any-Of"}
    assert needed["schema"] == {"type": "string", "title": "Needed"}
    assert (any_of["required"], needed["required"]) == (False, True)
    assert numbers["schema"]["type"] == "array"
    assert TestClient(app).get("/", headers={"Any-Of": "a, b"}).json() == ["a, b"]


@pytest.mark.parametrize(
    ("status", "name", "value"),
    [
        (401, "WWW-Authenticate", "Bearer"),
        (412, "ETag", '"1"'),
        (416, "Content-Range", "bytes */10"),
        (429, "Retry-After", "5"),
        (503, "Retry-After", "120"),
        (403, "Set-Cookie", 'session=""; Max-Age=0; Path=/; Secure'),
    ],
)
@pytest.mark.parametrize("path", ["/endpoint", "/dependency"])
def test_errors_keep_the_headers_of_their_exception(
    path: str, status: int, name: str, value: str
) -> None:
    """Wherever it is raised; what was set on the injected response before is dropped."""
    app = Application()

    async def fail(response: Response) -> None:
        response.headers["Cache-Control"] = "public"
        response.set_cookie("a", "1")
        raise HTTPException(status, headers={name: value})

    @app.post("/dependency", dependencies=[Depends(fail)])
    async def dependency() -> None:
        """Never run."""

    app.add_api_route("/endpoint", fail, methods=["POST"])
    response = TestClient(app).post(path)
    assert response.status_code == status
    assert response.headers.get_list(name) == [value]
    assert response.headers.get("cache-control") != "public"
    others = {"cache-control", "content-length", "content-type"}
    assert response.headers.keys() - others == {name.lower()}


def test_unknown_methods_are_told_what_there_is() -> None:
    """405 says so in Allow, which RFC 9110 demands."""
    response = TestClient(create_app()).put("/")
    assert (response.status_code, response.headers["allow"]) == (405, "GET")


def test_unknown_methods_are_told_those_of_all_routes() -> None:
    """Of the same path, and no others; what an endpoint itself answers stays as it is."""
    app = create_app()

    @app.post("/own")
    async def post() -> None:
        """Take nothing."""

    @app.delete("/own")
    async def delete() -> None:
        raise HTTPException(405, headers={"Allow": "GET"})

    browser = TestClient(app)
    response = browser.put("/own")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST, DELETE")
    assert browser.put("/").headers["allow"] == "GET"
    assert browser.delete("/own").headers["allow"] == "GET"


def test_document_that_describes_items_is_of_a_later_version() -> None:
    """OpenAPI 3.1 knows no `itemSchema`; what is not streamed stays as it was."""
    app = create_app()
    assert app.openapi()["openapi"] == "3.1.0"

    @app.get("/numbers", responses=documented(404, media_type="text/plain"))
    async def numbers() -> AsyncIterable[int]:
        yield 1

    assert app.openapi()["openapi"] == "3.2.0"
    validate(app.openapi())
    assert TestClient(app).get("/openapi.json").json()["openapi"] == "3.2.0"


@pytest.mark.parametrize(
    ("version", "described"),
    [
        ("3.1.0", {"schema": {"type": "string"}}),
        ("3.2.0", {"itemSchema": {"title": "Streamitem Numbers Numbers Get", "type": "integer"}}),
    ],
)
def test_document_keeps_to_a_version(version: str, described: dict[str, Any]) -> None:
    """For generators that refuse what is newer, a stream is text; nothing else changes."""
    app = Application(openapi_version=version)

    @app.get("/numbers")
    async def numbers() -> AsyncIterable[int]:
        yield 1

    document = app.openapi()
    assert document["openapi"] == version
    validate(document)
    content = document["paths"]["/numbers"]["get"]["responses"]["200"]["content"]
    assert content["application/jsonl"] == described


def test_version_is_that_of_fastapi_without_streams() -> None:
    """Generators are behind."""
    assert Application().openapi()["openapi"] == "3.1.0"


def test_problem_of_the_owner_keeps_its_name() -> None:
    """Errors of the toolkit have one component beside it."""

    class Problem(BaseModel):
        severity: int

    app = Application()

    @app.get("/", responses=documented_error(404, "Nothing") | documented_error(409, "No"))
    async def get() -> Problem:
        return Problem(severity=1)

    document = app.openapi()
    validate(document)
    assert document["components"]["schemas"]["Problem"]["required"] == ["severity"]
    for status in ("404", "409"):
        described = document["paths"]["/"]["get"]["responses"][status]["content"][JSON]["schema"]
        assert described == {"$ref": "#/components/schemas/Problem_"}
    assert document["components"]["schemas"]["Problem_"] == PROBLEM


def test_problem_is_one_of_several_bodies() -> None:
    """By its reference, beside the others."""
    other = {"type": "object"}
    several = documented_error(422, "Used, or invalid")
    several[422]["content"][JSON] = {"schema": {"anyOf": [PROBLEM, other]}}
    app = Application()
    app.add_api_route("/", lambda: None, responses=several)
    document = app.openapi()
    validate(document)
    content = document["paths"]["/"]["get"]["responses"]["422"]["content"]
    assert content[JSON]["schema"] == {"anyOf": [PROBLEM_REFERENCE, other]}
    assert document["components"]["schemas"]["Problem"] == PROBLEM


def test_what_is_needed_is_documented_as_required() -> None:
    """Although Python has a default for it, so that the error is another than 422."""
    app = Application()

    @app.get("/")
    async def get(
        key: Annotated[str | None, Header(json_schema_extra=NEEDED)] = None,
        text: Annotated[str, Cookie(json_schema_extra=NEEDED)] = "",
        other: Annotated[str, Header()] = "a",
    ) -> str:
        return f"{key}{text}{other}"

    assert TestClient(app).get("/").json() == "Nonea"
    parameters = app.openapi()["paths"]["/"]["get"]["parameters"]
    assert {one["name"]: (one["required"], one["schema"]) for one in parameters} == {
        "key": (True, {"type": "string", "title": "Key"}),
        "text": (True, {"type": "string", "title": "Text"}),
        "other": (False, {"type": "string", "title": "Other", "default": "a"}),
    }


def test_tags_are_listed() -> None:
    """Each once, behind what the owner says of some."""
    posts = {"name": "posts", "description": "What is written."}
    app = Application(openapi_tags=[posts])
    app.add_api_route("/a", lambda: None, tags=["users", "posts"], name="a")
    app.add_api_route("/b", lambda: None, tags=["users"], name="b")
    assert app.openapi()["tags"] == [posts, {"name": "users"}]
    assert "tags" not in create_app().openapi()


def operation_ids(app: Application, **options: Any) -> list[str]:
    """Return the ids of an endpoint that is included and of one that is added."""
    router = APIRouter(**options)
    router.add_api_route("/posts/{post_id}", lambda post_id: post_id, name="get_post")
    app.include_endpoints([router])
    app.add_api_route("/own", lambda: None, name="own")
    paths = app.openapi()["paths"]
    return [paths[path]["get"]["operationId"] for path in ("/posts/{post_id}", "/own")]


def test_operations_are_called_as_endpoints() -> None:
    """Clients are generated from the ids; other routes may share a name, and keep FastAPI's."""
    assert operation_ids(Application()) == ["get_post", "own_own_get"]


def test_operations_are_called_as_the_owner_says() -> None:
    """For all routes, or those of a router."""

    def own(route: Any) -> str:
        return f"own-{route.name}"

    given = Application(generate_unique_id_function=own)
    assert operation_ids(given) == ["own-get_post", "own-own"]
    assert operation_ids(Application(), generate_unique_id_function=own)[0] == "own-get_post"


def test_options_reach_every_endpoint() -> None:
    """A login that the whole application needs, and what else it says of all its routes."""

    async def log_in(connection: HTTPConnection) -> None:
        if "authorization" not in connection.headers:
            raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})

    router = APIRouter()

    @router.get("/")
    async def root() -> None:
        """Answer with nothing."""

    @router.websocket("/talk")
    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()

    app = Application(dependencies=[Depends(log_in)], responses={401: {"description": "Who?"}})
    app.include_endpoints([router])
    client = TestClient(app)
    assert client.get("/").status_code == 401
    with pytest.raises(WebSocketDenialResponse), client.websocket_connect("/talk"):
        pass
    assert client.get("/", headers={"Authorization": "Bearer a"}).status_code == 200
    assert app.openapi()["paths"]["/"]["get"]["responses"]["401"]["description"] == "Who?"

    app.dependency_overrides[log_in] = lambda: None
    assert client.get("/").status_code == 200
    with client.websocket_connect("/talk"):
        pass


def test_handlers_of_the_owner_stay() -> None:
    """Whatever the class itself would answer."""

    async def own(_: Request, error: Exception) -> PlainTextResponse:
        return PlainTextResponse(type(error).__name__, 418)

    app = Application(exception_handlers={RequestValidationError: own, Answered: own})

    @app.get("/{number}")
    async def get(number: int) -> None:
        raise Answered(Response(status_code=304))

    client = TestClient(app)
    for path, error in (("/one", "RequestValidationError"), ("/1", "Answered")):
        response = client.get(path)
        assert (response.status_code, response.text) == (418, error)


def test_what_is_added_to_a_model_does_not_stand_beside_its_reference() -> None:
    """Generators of clients leave that out."""

    class Sent(BaseModel):
        title: str

    field = {"type": "object", "properties": {"token": {"type": "string"}}}
    app = Application()

    @app.post("/", openapi_extra={"requestBody": {"content": {JSON: {"schema": field}}}})
    async def post(body: Sent) -> None:
        """Take it."""

    content = app.openapi()["paths"]["/"]["post"]["requestBody"]["content"]
    reference = {"$ref": "#/components/schemas/Sent"}
    assert content[JSON]["schema"] == {"allOf": [reference, field]}
    validate(app.openapi())


def test_schemas_that_nothing_refers_to_are_left_out() -> None:
    """A generator would make models of them; what leads to itself only is left out as well."""

    class Leaf(BaseModel):
        text: str

    class Tree(BaseModel):
        leaves: list[Leaf]
        branches: "list[Tree]"

    Tree.model_rebuild(_types_namespace={"Tree": Tree})

    class Forgotten(BaseModel):
        again: "Forgotten | None"

    Forgotten.model_rebuild(_types_namespace={"Forgotten": Forgotten})

    class Described(Mark):
        def complete_openapi(self, document: dict[str, Any]) -> None:
            document["paths"]["/"]["post"]["requestBody"]["content"] = {JSON: {"schema": {}}}

    app = Application(outermost=[Middleware(Described, "a")])

    @app.post("/")
    async def post(body: Forgotten) -> Tree:
        return Tree(leaves=[], branches=[])

    document = app.openapi()
    names = {"HTTPValidationError", "Leaf", "Problem", "Tree", "ValidationError"}
    assert document["components"]["schemas"].keys() == names
    validate(document)

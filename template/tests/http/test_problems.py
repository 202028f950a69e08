"""`app.http.problems`: every error of the framework, on the wire and in the document."""

import asyncio
import json
from typing import Annotated, Any

import pytest
from fastapi import Body, HTTPException, Response, WebSocket
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse
from fastapi.testclient import TestClient
from openapi_spec_validator import validate
from starlette.middleware import Middleware
from starlette.types import Message, Receive, Scope, Send

from app.http.application import Answered, Application
from app.http.openapi import documented, documented_error
from app.http.problems import TITLES, ProblemDetails
from tests.wire import handshake, undocumented

app = Application(outermost=[Middleware(ProblemDetails)], max_body_size=100)
DETAILS: dict[str, Any] = {
    "text": "It is gone",
    "nothing": None,
    "own": {"type": "https://example.com/no-credit", "title": "No credit", "balance": 30},
}
KEPT = {"WWW-Authenticate": "Bearer", "Retry-After": "5", "Set-Cookie": "a=1; Secure"}


@app.get("/raised/{kind}", responses=documented_error(409, "Conflict"))
async def raised(kind: str) -> None:
    """Raise what HTTPException takes."""
    raise HTTPException(409, DETAILS[kind] or None)


@app.get("/bad")
async def bad() -> None:
    """Raise the lowest of the error statuses."""
    raise HTTPException(400, "Bad")


@app.get("/kept")
async def kept() -> None:
    """Raise with headers."""
    raise HTTPException(401, headers=KEPT)


@app.get("/answered")
async def answered() -> None:
    """End the request with an error that has two cookies."""
    response = JSONResponse({"detail": "no"}, 403)
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")
    raise Answered(response)


@app.post("/body", responses=documented(413, media_type="text/plain", description="Too large"))
async def body(title: Annotated[str, Body(embed=True)]) -> str:
    """Answer with what was sent."""
    return title


@app.get("/failing")
async def failing() -> None:
    """Fail."""
    raise RuntimeError


OWN: dict[str, Response] = {
    "json": JSONResponse({"detail": "no", "more": 1}, 400),
    "list": JSONResponse(["detail"], 400),
    "number": JSONResponse({"detail": 1}, 400),
    "html": Response("<p>no</p>", 400, media_type="text/html"),
    "null": JSONResponse({"detail": None}, 400),
    "empty": Response(status_code=400),
    "encoded": PlainTextResponse("no", 400, headers={"Content-Encoding": "br"}),
    "success": JSONResponse({"detail": "yes"}),
}


@app.get("/own/{kind}")
async def own(kind: str) -> Response:
    """Answer in a form of its own."""
    return OWN[kind]


@app.get("/bytes")
async def some_bytes() -> Response:
    """Answer with what is no UTF-8."""
    return PlainTextResponse(b"\xff!", 400)


@app.get("/stream")
async def stream() -> StreamingResponse:
    """Answer in parts."""
    return StreamingResponse(iter(["a", "b"]), 502, media_type="text/plain")


@app.websocket("/socket")
async def socket(websocket: WebSocket) -> None:
    """Say hello."""
    await websocket.accept()
    await websocket.send_text("hello")


@app.websocket("/refused")
async def refused(websocket: WebSocket) -> None:
    """Let nobody in."""
    raise HTTPException(403, "Not you")


client = TestClient(app, raise_server_exceptions=False)


def problem(status: int, title: str, instance: str, **more: object) -> dict[str, object]:
    """Return the members that every problem has, and more."""
    always = {"type": "about:blank", "title": title, "status": status, "instance": instance}
    return {**always, **more}


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/none/é b", problem(404, "Not Found", "/none/%C3%A9%20b", detail="Not Found")),
        ("POST", "/kept", problem(405, "Method Not Allowed", "/kept", detail="Method Not Allowed")),
        ("GET", "/bad", problem(400, "Bad Request", "/bad", detail="Bad")),
        ("GET", "/raised/text", problem(409, "Conflict", "/raised/text", detail="It is gone")),
        ("GET", "/raised/nothing", problem(409, "Conflict", "/raised/nothing", detail="Conflict")),
        (
            "GET",
            "/raised/own",
            problem(409, "Conflict", "/raised/own") | DETAILS["own"],
        ),
        ("GET", "/bytes", problem(400, "Bad Request", "/bytes", detail="\ufffd!")),
        (
            "GET",
            "/failing",
            problem(500, "Internal Server Error", "/failing", detail="Internal Server Error"),
        ),
    ],
)
def test_errors_are_problems(method: str, path: str, expected: dict[str, object]) -> None:
    """With the members of RFC 9457, and those of a problem type of your own."""
    response = client.request(method, path)
    assert response.content == json.dumps(expected, separators=(",", ":")).encode()
    assert response.status_code == expected["status"]
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["content-length"] == str(len(response.content))


@pytest.mark.parametrize(
    ("path", "instance"),
    [
        ("//evil.example/x", "/evil.example/x"),
        ("///evil.example/x", "/evil.example/x"),
        ("/X/a%20b", "/X/a%20b"),
    ],
)
def test_instance_names_no_host(path: str, instance: str) -> None:
    """A reference that begins with two slashes leads to another site."""
    assert client.get(f"https://testserver{path}").json()["instance"] == instance


def test_titles_are_those_of_the_standard() -> None:
    """Whatever the version of Python calls them."""
    titles = {status: TITLES[status] for status in (404, 413, 414, 416, 422, 429)}
    assert titles == {
        404: "Not Found",
        413: "Content Too Large",
        414: "URI Too Long",
        416: "Range Not Satisfiable",
        422: "Unprocessable Content",
        429: "Too Many Requests",
    }


def test_instance_behind_a_proxy() -> None:
    """It is what the client has asked for, with the prefix that the proxy takes off."""
    behind = TestClient(app, root_path="/api", raise_server_exceptions=False)
    for path in ("/bad", "/failing", "/none", "/api/bad"):
        assert behind.get(path).json()["instance"] == f"/api{path.removeprefix('/api')}"


def test_invalid_request_says_where() -> None:
    """But not what was sent."""
    response = client.post("/body", json={"titel": "secret"})
    missing = {"loc": ["body", "title"], "msg": "Field required", "type": "missing"}
    assert response.json() == problem(
        422,
        "Unprocessable Content",
        "/body",
        detail="The request is not valid",
        errors=[missing],
    )
    assert undocumented(response, app.openapi()) == []


def test_large_body_is_a_problem() -> None:
    """No exception handler would see it."""
    response = client.post("/body", json={"title": 101 * "a"})
    assert (response.status_code, response.json()["status"]) == (413, 413)
    assert response.headers["content-type"] == "application/problem+json"
    assert undocumented(response, app.openapi()) == []


def test_headers_are_kept() -> None:
    """Those of the exception, of the router, and each cookie."""
    response = client.get("/kept")
    assert response.status_code == 401
    assert {name: response.headers[name] for name in KEPT} == KEPT
    assert client.post("/kept").headers["allow"] == "GET"
    assert client.get("/answered").headers.get_list("set-cookie") == [
        "a=1; Path=/; SameSite=lax",
        "b=2; Path=/; SameSite=lax",
    ]


@pytest.mark.parametrize("kind", OWN)
def test_other_answers_pass(kind: str) -> None:
    """An error in a form of its own, and what is no error."""
    response = client.get(f"/own/{kind}")
    assert response.status_code == OWN[kind].status_code
    assert response.content == OWN[kind].body
    assert response.headers.multi_items() == [
        (name.decode(), value.decode()) for name, value in OWN[kind].raw_headers
    ]


def test_streams_pass() -> None:
    """Nothing waits for their end."""
    response = client.get("/stream")
    assert (response.status_code, response.text) == (502, "ab")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"


def test_errors_without_content_pass() -> None:
    """Applications may leave the body out of the message (ASGI 3.0)."""
    headers = [(b"content-type", b"text/plain")]
    messages: list[Message] = [
        {"type": "http.response.start", "status": 404, "headers": headers},
        {"type": "http.response.body"},
    ]
    sent = []

    async def silent(scope: Scope, receive: Receive, send: Send) -> None:
        for message in messages:
            await send(message)

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    asyncio.run(ProblemDetails(silent)({"type": "http", "path": "/"}, receive, send))
    assert sent == messages


def test_websockets_pass() -> None:
    """They have no statuses, but for who is refused."""
    with client.websocket_connect("/socket") as connection:
        assert connection.receive_text() == "hello"
    answer = handshake(client, "/refused")
    assert answer.json() == problem(403, "Forbidden", "/refused", detail="Not you")
    assert answer.headers["content-type"] == "application/problem+json"


def test_unknown_status() -> None:
    """It has no name, and is no reason to fail."""
    app = Application(outermost=[Middleware(ProblemDetails)])

    @app.get("/")
    async def root() -> None:
        raise HTTPException(499, "Left")

    assert TestClient(app).get("/").json() == problem(499, "Error", "/", detail="Left")


def test_request_id_is_named() -> None:
    """Where middleware outside has put one into the state of the request."""

    async def identified(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "state": {"request_id": "0001"}}, receive, send)

    response = TestClient(identified).get("/none")
    assert response.json()["request_id"] == "0001"
    assert "request_id" not in client.get("/none").json()


def test_problems_are_documented() -> None:
    """By every operation, in place of what FastAPI documents; and the document stays valid."""
    document = app.openapi()
    validate(document)
    content = {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}
    }
    responses = document["paths"]["/raised/{kind}"]["get"]["responses"]
    assert [responses[status]["content"] for status in ("409", "422", "500")] == 3 * [content]
    assert document["paths"]["/body"]["post"]["responses"]["413"]["content"] == content
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["responses"]["500"] == {
                "description": "Unhandled error",
                "content": content,
            }
            assert list(operation["responses"]["200"]["content"]) == ["application/json"]
    assert "application/problem+json" in json.dumps(client.get("/openapi.json").json())


def test_members_are_described() -> None:
    """Those of RFC 9457, section 3.1, and two of our own."""
    schema = app.openapi()["components"]["schemas"]["ProblemDetails"]
    text, reference = {"type": "string"}, {"type": "string", "format": "uri-reference"}
    where = {"type": "array", "items": {"type": ["string", "integer"]}}
    error = {
        "type": "object",
        "required": ["loc", "msg", "type"],
        "properties": {"loc": where, "msg": text, "type": text},
    }
    members = {
        name: {key: value for key, value in member.items() if key != "description"}
        for name, member in schema["properties"].items()
    }
    assert members == {
        "type": reference,
        "title": text,
        "status": {"type": "integer"},
        "detail": text,
        "instance": reference,
        "request_id": text,
        "errors": {"type": "array", "items": error},
    }
    assert (schema["type"], schema["title"]) == ("object", "ProblemDetails")
    assert "RFC 9457" in schema["description"]
    assert schema["required"] == ["type", "title", "status", "instance"]


def test_own_errors_are_documented_as_they_are() -> None:
    """Beside the unhandled one."""
    app = Application(outermost=[Middleware(ProblemDetails)])
    table = documented(400, media_type="text/csv") | documented(500, media_type="text/csv")
    table |= documented(200, media_type="text/plain")

    @app.get("/", responses=table)
    async def root() -> None:
        """Answer."""

    responses = app.openapi()["paths"]["/"]["get"]["responses"]
    assert "text/plain" in responses["200"]["content"]
    assert list(responses["400"]["content"]) == ["text/csv"]
    assert list(responses["500"]["content"]) == ["text/csv", "application/problem+json"]


def test_page_of_an_error_stays_documented() -> None:
    """Where browsers get one in place of JSON."""
    app = Application(outermost=[Middleware(ProblemDetails)])
    table = documented_error(401, "Not logged in")
    table[401]["content"]["text/html"] = {"schema": {"type": "string"}}

    @app.get("/", responses=table)
    async def root() -> None:
        """Answer."""

    responses = app.openapi()["paths"]["/"]["get"]["responses"]
    assert list(responses["401"]["content"]) == ["text/html", "application/problem+json"]


def test_unreadable_body_beside_another_400() -> None:
    """An endpoint may answer 400 in a form of its own; FastAPI answers it, too."""
    own = Application(outermost=[Middleware(ProblemDetails)])

    @own.post("/own", responses={400: {"model": list[int]}})
    async def take(number: Annotated[int, Body()]) -> int:
        return number

    content = own.openapi()["paths"]["/own"]["post"]["responses"]["400"]["content"]
    assert list(content) == ["application/json", "application/problem+json"]
    response = TestClient(own).post(
        "/own", content=b"\xff", headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 400
    assert undocumented(response, own.openapi()) == []

"""`app.http.preferences`: what is preferred, on the wire and in the document."""

from collections.abc import AsyncIterator

import pytest
from fastapi import Depends, Response, WebSocket
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient
from starlette.middleware import Middleware

from app.http.application import Application
from app.http.preferences import Prefer, PreferMiddleware, documented_minimal

prefer = Prefer()
done: list[str] = []
app = Application(outermost=[Middleware(PreferMiddleware)])


@app.post("/item", dependencies=[Depends(prefer)])
async def change(response: Response) -> dict[str, int]:
    """Do something, and answer with it."""
    done.append("item")
    response.headers["Content-Language"] = "en"
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")
    return {"id": 1}


@app.post("/created", status_code=201, dependencies=[Depends(prefer)])
async def create() -> dict[str, int]:
    """Answer with another status."""
    return {"id": 1}


@app.post("/stream")
async def stream() -> StreamingResponse:
    """Answer in two parts."""

    async def parts() -> AsyncIterator[bytes]:
        yield b"a"
        yield b"b"

    return StreamingResponse(parts(), headers={"Preference-Applied": "return=minimal"})


@app.post("/other")
async def other() -> dict[str, int]:
    """Know no preferences."""
    return {"id": 1}


@app.websocket("/socket")
async def socket(websocket: WebSocket) -> None:
    """Send text."""
    await websocket.accept()
    await websocket.send_text("hello")


client = TestClient(app)


@pytest.mark.parametrize(
    "preference",
    [
        "return=minimal",
        "Return = Minimal",
        'return="minimal"',
        "wait=10, return=minimal",
        "return=minimal; foo=bar, respond-async",
        "return=minimal, return=representation",
        "return=other, return=minimal",
    ],
)
def test_minimal_answer(preference: str) -> None:
    """The work is done; the other headers stay, cookies too."""
    done.clear()
    response = client.post("/item", headers={"Prefer": preference})
    assert (response.status_code, response.content, done) == (204, b"", ["item"])
    assert response.headers.multi_items() == [
        ("vary", "Prefer"),
        ("preference-applied", "return=minimal"),
        ("set-cookie", "a=1; Path=/; SameSite=lax"),
        ("set-cookie", "b=2; Path=/; SameSite=lax"),
        ("cache-control", "private, no-cache"),
    ]


@pytest.mark.parametrize("preference", ["return=representation", "wait=1,RETURN=REPRESENTATION"])
def test_whole_answer(preference: str) -> None:
    """A client may ask for what it would get anyway."""
    response = client.post("/item", headers={"Prefer": preference})
    assert (response.status_code, response.json()) == (200, {"id": 1})
    assert response.headers["preference-applied"] == "return=representation"
    assert response.headers["content-language"] == "en"


@pytest.mark.parametrize(
    "preference",
    ["", "respond-async", "return", "return=minimalist", 'return="minimal', "x=return"],
)
def test_other_preferences(preference: str) -> None:
    """What is not understood is ignored."""
    response = client.post("/item", headers={"Prefer": preference})
    assert (response.status_code, response.json()) == (200, {"id": 1})
    assert response.headers["vary"] == "Prefer"
    assert "preference-applied" not in response.headers


def test_lines_are_one_list() -> None:
    """A proxy may split the header."""
    lines = [("Prefer", "wait=10"), ("Prefer", "return=minimal")]
    assert client.post("/item", headers=lines).status_code == 204


def test_other_statuses_keep_their_content() -> None:
    """A 204 would say less than they do."""
    response = client.post("/created", headers={"Prefer": "return=minimal"})
    assert (response.status_code, response.json()) == (201, {"id": 1})


def test_every_part_is_left_out() -> None:
    """Of an answer that is sent in several."""
    response = client.post("/stream")
    assert (response.status_code, response.content) == (204, b"")


def test_other_endpoints_are_left_alone() -> None:
    """They do not know preferences."""
    response = client.post("/other", headers={"Prefer": "return=minimal"})
    assert (response.status_code, response.json()) == (200, {"id": 1})


def test_websockets_pass() -> None:
    """They have no content to leave out."""
    with client.websocket_connect("/socket") as connection:
        assert connection.receive_text() == "hello"


def test_answers_are_described() -> None:
    """Both of them."""
    applied = {
        "description": "`return=minimal` or `return=representation`, when asked for.",
        "required": False,
        "schema": {"type": "string"},
    }
    vary = {
        "description": "The request headers that chose this answer.",
        "required": True,
        "schema": {"type": "string"},
    }
    headers = {"Preference-Applied": applied, "Vary": vary}
    assert prefer.openapi_headers() == headers
    assert documented_minimal(prefer) == {
        204: {"description": "Done; the client preferred no content", "headers": headers}
    }
    (parameter,) = app.openapi()["paths"]["/item"]["post"]["parameters"]
    assert (parameter["in"], parameter["name"], parameter["required"]) == (
        "header",
        "prefer",
        False,
    )
